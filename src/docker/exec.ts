import { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import type Docker from 'dockerode';
import { CoveyError } from '../errors.ts';

const MAX_OUTPUT_BYTES = 16 * 1024 * 1024;

/** Runs a command in a running container and waits for its end. */
export async function execIn(
  docker: Docker,
  id: string,
  argv: readonly string[],
  input: string | Uint8Array | undefined,
  abortSignal: AbortSignal,
): Promise<{ exitCode: number; stdout: string; stderr: string }> {
  const exec = await docker.getContainer(id).exec({
    Cmd: [...argv],
    AttachStdout: true,
    AttachStderr: true,
    AttachStdin: input !== undefined,
    abortSignal,
  });
  // Only a hijacked connection can say "no more input" and still be read from.
  const stream = await exec.start({ hijack: true, stdin: input !== undefined, abortSignal });
  const stdout = collector(`${argv[0]} in container ${id}`);
  const stderr = collector(`${argv[0]} in container ${id}`);
  const abort = () => stream.destroy(abortSignal.reason);
  abortSignal.addEventListener('abort', abort, { once: true });
  try {
    docker.modem.demuxStream(stream, stdout.sink, stderr.sink);
    for (const { sink } of [stdout, stderr]) sink.on('error', (error) => stream.destroy(error));
    if (input !== undefined) stream.end(input);
    await finished(stream, { writable: false });
  } finally {
    abortSignal.removeEventListener('abort', abort);
    stream.destroy();
  }
  const { ExitCode } = await exec.inspect({ abortSignal });
  if (ExitCode === null)
    throw new CoveyError('failed', `${argv[0]} in container ${id} lost its connection before its end`);
  return { exitCode: ExitCode, stdout: stdout.text(), stderr: stderr.text() };
}

function collector(what: string): { sink: Writable; text(): string } {
  const chunks: Buffer[] = [];
  let size = 0;
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      size += chunk.length;
      chunks.push(chunk);
      done(size > MAX_OUTPUT_BYTES ? new CoveyError('failed', `${what} printed more than 16 MiB`) : null);
    },
  });
  return { sink, text: () => Buffer.concat(chunks).toString('utf8') };
}
