import { Transform } from 'node:stream';
import type { ReadStream, WriteStream } from 'node:tty';
import type { ExecInput } from '../generated/covey/v1/ExecInput.ts';
import type { ExecStart } from '../generated/covey/v1/ExecStart.ts';

/** Keys go to the command as they are typed, Ctrl-C too. What is given back makes the terminal what it was. */
export function rawTerminal(stdin: ReadStream): () => void {
  const restore = () => {
    stdin.setRawMode(false);
    process.off('exit', restore);
  };
  stdin.setRawMode(true);
  // However this process ends.
  process.on('exit', restore);
  return restore;
}

/** Of a terminal whose size somebody knows. */
export function terminalSize({ rows, columns }: WriteStream): { rows: number; columns: number } | undefined {
  return rows > 0 && columns > 0 ? { rows, columns } : undefined;
}

/** What is sent: what to start, then the input as it comes, no faster than it is taken, and the sizes of the terminal. */
export async function* execInputs(
  start: ExecStart,
  stdin: NodeJS.ReadStream,
  terminal: WriteStream | undefined,
  ended: AbortSignal,
): AsyncGenerator<ExecInput, void> {
  yield { start };
  const inputs = new Transform({
    readableObjectMode: true,
    transform: (chunk: Buffer, _encoding, done) => done(null, { stdin: chunk }),
  });
  const resize = () => {
    const size = terminal && terminalSize(terminal);
    if (size && !inputs.writableEnded) inputs.push({ resize: size });
  };
  terminal?.on('resize', resize);
  stdin.pipe(inputs);
  const fail = (error: Error) => inputs.destroy(error);
  stdin.on('error', fail);
  const stop = () => inputs.destroy();
  ended.addEventListener('abort', stop, { once: true });
  if (ended.aborted) stop();
  try {
    yield* inputs;
  } finally {
    terminal?.off('resize', resize);
    stdin.off('error', fail);
    // This stops to read too, so that nobody waits for what else is typed.
    stdin.unpipe(inputs);
  }
}
