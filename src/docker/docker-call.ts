import { abortError } from '../command.ts';
import { CoveyError } from '../errors.ts';

/** One request or several to Docker's API, under one signal. */
export type DockerCall<T> = (abortSignal: AbortSignal) => Promise<T>;

/** One call: what it is about, for messages, its signal, and its deadline in milliseconds. */
export type Call = <T>(
  what: string,
  options: { signal?: AbortSignal | undefined } | undefined,
  work: DockerCall<T>,
  timeoutMs?: number,
) => Promise<T>;

/** Runs a call under its deadline and translates its errors; `cause` keeps Docker's, with its `statusCode`. */
export async function callDocker<T>(
  what: string,
  { socket, signal, timeoutMs }: { socket: string; signal: AbortSignal | undefined; timeoutMs: number },
  work: DockerCall<T>,
): Promise<T> {
  if (signal?.aborted) throw abortError(signal, what);
  const deadline = AbortSignal.timeout(timeoutMs);
  try {
    return await work(signal ? AbortSignal.any([signal, deadline]) : deadline);
  } catch (error) {
    if (signal?.aborted) throw abortError(signal, `Docker: ${what}`);
    if (deadline.aborted)
      throw new CoveyError('timeout', `Docker did not ${what} within ${timeoutMs / 1000} s`);
    throw dockerError(what, socket, error);
  }
}

/** For a request whose answer is a stream: dockerode ties all of it to its signal, and ours is for its beginning alone. */
export async function untilBegun<T>(abortSignal: AbortSignal, request: DockerCall<T>): Promise<T> {
  const begun = new AbortController();
  const forward = () => begun.abort(abortSignal.reason);
  abortSignal.addEventListener('abort', forward, { once: true });
  try {
    return await request(begun.signal);
  } finally {
    abortSignal.removeEventListener('abort', forward);
  }
}

const CODES: Record<number, 'invalid' | 'not-found' | 'conflict'> = {
  400: 'invalid',
  404: 'not-found',
  409: 'conflict',
};

/** Docker's own error as ours. */
export function dockerError(what: string, socket: string, thrown: unknown): CoveyError {
  if (thrown instanceof CoveyError) return thrown;
  const error = thrown as {
    statusCode?: number;
    code?: string;
    message?: string;
    json?: { message?: string };
  };
  if (error.statusCode === undefined) {
    const unreachable = ['ECONNREFUSED', 'ENOENT', 'EACCES', 'ECONNRESET', 'EPIPE'].includes(
      error.code ?? '',
    );
    if (!unreachable)
      return new CoveyError('failed', `Docker could not ${what}: ${error.message}`, { cause: thrown });
    return new CoveyError('unavailable', `Docker does not answer on ${socket} (${error.code})`, {
      cause: thrown,
      hint: 'Is the Docker Engine running, and its socket mounted?',
    });
  }
  const said = error.json?.message ?? error.message ?? `status ${error.statusCode}`;
  return new CoveyError(CODES[error.statusCode] ?? 'failed', `Docker could not ${what}: ${said}`, {
    cause: thrown,
  });
}

/** For calls that ask something to be gone or stopped: that it is so already is fine. */
export async function gone(work: Promise<unknown>, statuses: readonly number[] = [404]): Promise<void> {
  try {
    await work;
  } catch (error) {
    const status =
      error instanceof CoveyError
        ? (error.cause as { statusCode?: number } | undefined)?.statusCode
        : undefined;
    if (status === undefined || !statuses.includes(status)) throw error;
  }
}
