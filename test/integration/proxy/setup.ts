import { ensureDocker } from '../../../lab/host/engine.ts';
import { ensureImages } from '../../../lab/host/images.ts';

/** The images of the proxies, before the first test: on a machine that has none they take longer than a test may. */
export async function setup(): Promise<void> {
  const log = (line: string) => process.stderr.write(`images: ${line}\n`);
  await ensureDocker(log);
  await ensureImages(log);
}
