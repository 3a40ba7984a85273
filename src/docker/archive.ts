import { mkdir } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { execa } from 'execa';
import { abortError, assertEndedWell, streamSettings } from '../command.ts';

/**
 * A folder's content as a tar archive, made as fast as it is taken. That it is whole shows only by the end of the
 * iteration without an error; who stops earlier ends tar.
 * Errors: `failed` with what tar said, also when a file changed meanwhile, and the signal's reason.
 */
export async function* pack(dir: string, signal: AbortSignal): AsyncGenerator<Uint8Array, void, undefined> {
  const child = execa('tar', ['--create', '--file', '-', '--directory', dir, '.'], {
    ...streamSettings,
    cancelSignal: signal,
    stdin: 'ignore',
    buffer: { stdout: false, stderr: true },
  });
  try {
    try {
      for await (const chunk of child.stdout) yield chunk as Uint8Array;
    } catch (thrown) {
      assertEndedWell(await child, { file: 'tar', label: 'tar --create', signal }); // what tar says tells more than a broken pipe
      throw thrown;
    }
    assertEndedWell(await child, { file: 'tar', label: 'tar --create', signal });
  } finally {
    child.kill();
    await child;
  }
}

/** Else tar ends at the end that the archive marks, and its pipe is closed before the last words of who gives were heard. */
const READ_ALL = '--ignore-zeros';

/** What writing to a pipe fails with whose reader has ended. */
const CLOSED = ['EPIPE', 'ERR_STREAM_PREMATURE_CLOSE'];

/**
 * Unpacks a tar archive into `dir`, which must not be there yet, for root and by this process's umask. GNU tar writes
 * nothing outside: it refuses names with "..", and puts links that lead out in place after all else.
 * Errors: those of `chunks`, `failed` with what tar said, and the signal's reason; `dir` then holds anything.
 */
export async function unpack(
  chunks: AsyncIterable<Uint8Array>,
  dir: string,
  signal: AbortSignal,
): Promise<void> {
  await mkdir(dir);
  const options = ['--no-same-owner', '--no-same-permissions', '--keep-old-files', READ_ALL];
  const child = execa('tar', ['--extract', '--file', '-', '--directory', dir, ...options], {
    ...streamSettings,
    cancelSignal: signal,
    stdin: 'pipe',
    stdout: 'ignore',
    buffer: { stderr: true },
  });
  try {
    await pipeline(chunks, child.stdin, { signal });
    assertEndedWell(await child, { file: 'tar', label: 'tar --extract', signal });
  } catch (thrown) {
    // Of a pipe that tar has closed, tar itself knows why.
    if (CLOSED.includes(`${(thrown as NodeJS.ErrnoException).code}`))
      assertEndedWell(await child, { file: 'tar', label: 'tar --extract', signal });
    if (signal.aborted) throw abortError(signal, 'tar --extract');
    throw thrown;
  } finally {
    child.kill();
    await child; // or it would write while the folder is removed
  }
}
