import { addAbortSignal, type Duplex, type Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import type Docker from 'dockerode';
import { abortError } from '../command.ts';
import { CoveyError } from '../errors.ts';
import { callDocker, untilBegun } from './docker-call.ts';
import { collected, type StreamName, takeFrames } from './frames.ts';

interface TerminalSize {
  rows: number;
  columns: number;
}

export interface ExecOptions {
  signal: AbortSignal;
  argv: readonly string[];
  tty: boolean;
  /** Of the terminal. */
  size?: TerminalSize | undefined;
  /** Each "NAME=value". */
  environment: readonly string[];
  /** As of the container where it is empty. */
  user: string;
  /** What the container is called in errors. */
  name: string;
}

/** A command that runs in a container. */
export interface ExecSession {
  /** What it writes; ends with it, and with the signal, as an error. Docker is not asked for more than is taken. */
  output: AsyncIterable<{ stream: StreamName; data: Buffer }>;
  /** Resolves once there is room for more. */
  write(bytes: Uint8Array): Promise<void>;
  /** What reads its input finds the end of it. On a terminal there is none: its user types that. */
  endInput(): void;
  /** Has no effect on a command that has just ended. */
  resize(size: TerminalSize): Promise<void>;
  /** Once its output has ended: how it ended. */
  exitCode(): Promise<number>;
  /**
   * Lets go of it. If it still runs, its input ends; on a terminal Ctrl-C and Ctrl-D are typed. Docker can end no command:
   * one that goes on nevertheless stays until it ends, or its container does.
   */
  close(): void;
}

/** The calls about commands that somebody talks to; errors as of `Engine`, and no deadline but for the beginning. */
export interface Execs {
  openExec(id: string, options: ExecOptions): Promise<ExecSession>;
}

const START_MS = 30_000;
const CTRL_C = '\x03';
const CTRL_D = '\x04';
const INTERRUPT_MS = 200;
/** For what was written last to reach Docker. */
const FLUSH_MS = 1_000;
/** Docker tells the end of the output before that of a command that closed it earlier. */
const LOOK_AGAIN_MS = 100;

/** See `Execs`. */
export async function openExec(
  docker: Docker,
  socket: string,
  id: string,
  { signal, argv, tty, size, environment, user, name }: ExecOptions,
): Promise<ExecSession> {
  const what = `run ${argv[0]} in container ${name}`;
  const call = <T>(work: (abortSignal: AbortSignal) => Promise<T>) =>
    callDocker(what, { socket, signal, timeoutMs: START_MS }, work);
  const { exec, stream } = await call(async (abortSignal) => {
    const made = await docker.getContainer(id).exec({
      Cmd: [...argv],
      Env: [...environment],
      ...(user === '' ? {} : { User: user }),
      Tty: tty,
      // Older engines do not know it, and are told by the resize below.
      ...(tty && size ? { ConsoleSize: [size.rows, size.columns] } : {}),
      AttachStdin: true,
      AttachStdout: true,
      AttachStderr: true,
      abortSignal,
    });
    // Only a hijacked connection can say "no more input" and still be read from.
    const start = (begun: AbortSignal) =>
      made.start({ hijack: true, stdin: true, Tty: tty, abortSignal: begun });
    return { exec: made, stream: await untilBegun(abortSignal, start) };
  });
  let state: 'open' | 'ended' | 'broken' = 'open';
  const { items, push, end } = collected<{ stream: StreamName; data: Buffer }>(stream);
  stream.on('end', () => {
    state = 'ended';
  });
  // Docker breaks the connection when a command ends with input that it has not read. Its exit code is known then.
  stream.on('error', () => {
    state = 'broken';
    end();
  });
  if (tty) stream.on('data', (data: Buffer) => push({ stream: 'stdout', data }));
  else takeFrames(docker, stream, (of, data) => push({ stream: of, data }));
  addAbortSignal(signal, items);
  const resize: ExecSession['resize'] = async ({ rows, columns }) => {
    await call(() => exec.resize({ h: rows, w: columns })).catch(() => undefined); // only the look depends on it, and it may have ended
  };
  if (tty && size) await resize(size);

  async function* output(): AsyncGenerator<{ stream: StreamName; data: Buffer }, void> {
    try {
      yield* items;
    } catch (thrown) {
      throw signal.aborted ? abortError(signal, `Docker: ${what}`) : thrown;
    }
  }

  return {
    output: output(),
    write: (bytes) => written(stream, bytes, signal),
    endInput: () => {
      if (!tty) stream.end();
    },
    resize,
    exitCode: async () => {
      for (;;) {
        const { ExitCode, Running } = await call((abortSignal) => exec.inspect({ abortSignal }));
        if (!Running && ExitCode !== null) return ExitCode;
        if (state === 'broken') {
          throw new CoveyError('failed', `${argv[0]} in container ${name} goes on, but its output was lost`, {
            hint: 'See what it did before you run it again.',
          });
        }
        // Nothing tells us when.
        await pause(LOOK_AGAIN_MS, undefined, { signal });
      }
    },
    close: () => {
      if (state === 'open') void hangUp(stream, tty);
      else stream.destroy();
    },
  };
}

/** Ends its input, and lets go of it in the end, whether Docker took that or not. */
async function hangUp(stream: Duplex, tty: boolean): Promise<void> {
  if (tty) {
    stream.write(CTRL_C);
    // Time itself is meant: what is typed while a shell is being interrupted is dropped.
    await pause(INTERRUPT_MS);
  }
  // It may have ended by that.
  if (!stream.writable) {
    stream.destroy();
    return;
  }
  stream.end(tty ? CTRL_D : undefined);
  const limit = setTimeout(() => stream.destroy(), FLUSH_MS);
  stream.once('finish', () => {
    clearTimeout(limit);
    stream.destroy();
  });
}

/** A command that reads no more has no use for the rest: it is dropped. */
function written(stream: Duplex & Readable, bytes: Uint8Array, signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  if (!stream.writable || stream.write(bytes)) return Promise.resolve();
  const onAbort = () => reject(signal.reason);
  const done = () => resolve();
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  stream.once('drain', done).once('close', done);
  return promise.finally(() => {
    signal.removeEventListener('abort', onAbort);
    stream.off('drain', done).off('close', done);
  });
}
