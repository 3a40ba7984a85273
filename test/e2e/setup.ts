import { up } from '../../lab/lab.ts';

/** One lab of three machines for all files; it stays up, for the next run. */
export async function setup(): Promise<void> {
  await up(3, { log: (line) => process.stderr.write(`lab: ${line}\n`) });
}
