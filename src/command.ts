import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { execa, type Options, type Result } from 'execa';
import { CoveyError } from './errors.ts';

/** How to run one external command. */
export interface RunOptions {
  cwd?: string;
  /** Added to the small base environment; the peer's own environment (it may hold tokens) is not passed on. */
  env?: Readonly<Record<string, string>>;
  signal?: AbortSignal | undefined;
  /** Milliseconds until the command and its children are ended with `timeout`. */
  timeoutMs?: number;
  input?: string | Uint8Array;
  /** Gets standard output and error line by line as they come; then `stdout` of the outcome is empty. */
  onLine?: ((line: string) => void) | undefined;
  /** Exit codes that are answers rather than failures. */
  accept?: readonly number[];
  /** Applied to every text that reaches an error or `onLine`. */
  redact?: (text: string) => string;
  /** What the command is called in errors, when its first two words do not tell enough. */
  label?: string;
}

export interface RunOutcome {
  exitCode: number;
  stdout: string;
  stderr: string;
}

/** What a child process sees: enough to find programs and nothing of the peer's own settings. */
export const baseEnvironment: Readonly<Record<string, string>> = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  HOME: '/root',
  LANG: 'C.UTF-8',
};

const TAIL_LINES = 20;

/**
 * Runs `file` with an argument list; no shell is involved. On abort or deadline the whole process group ends.
 * Errors: `unavailable` (no such program), `cancelled`, `timeout`, `failed` with the end of what it said.
 */
export async function run(
  file: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<RunOutcome> {
  const {
    cwd,
    env,
    signal,
    timeoutMs = 300_000,
    input,
    onLine,
    accept = [0],
    redact = (text) => text,
  } = options;
  const label = options.label ?? [file, args[0]].filter(Boolean).join(' ');
  if (signal?.aborted) throw abortError(signal, label);

  const settings = {
    env: { ...baseEnvironment, ...env },
    extendEnv: false,
    reject: false,
    killDescendants: true,
    forceKillAfterDelay: 5_000,
    timeout: timeoutMs,
    ...(cwd === undefined ? {} : { cwd }),
    ...(signal === undefined ? {} : { cancelSignal: signal }),
    ...(input === undefined ? { stdin: 'ignore' as const } : { input }),
  } satisfies Options;

  if (onLine === undefined) {
    const result: Result<typeof settings> = await execa(file, args, settings);
    return outcome(result, redact(`${result.stderr}` || `${result.stdout}`));
  }

  const subprocess = execa(file, args, { ...settings, all: true, buffer: false });
  const tail: string[] = [];
  const lines = createInterface({ input: subprocess.all, crlfDelay: Number.POSITIVE_INFINITY });
  lines.on('line', (raw) => {
    const line = redact(raw.trimEnd());
    if (line === '') return;
    tail.push(line);
    if (tail.length > TAIL_LINES) tail.shift();
    onLine(line);
  });
  const [result] = await Promise.all([subprocess, once(lines, 'close')]);
  return outcome(result, tail.join('\n'));

  function outcome(result: Ended, said: string): RunOutcome {
    if (result.timedOut) throw new CoveyError('timeout', `${label} did not end within ${timeoutMs / 1000} s`);
    if (result.isCanceled && signal) throw abortError(signal, label);
    if (result.code === 'ENOENT') {
      throw cwd === undefined
        ? notInstalled(file)
        : new CoveyError(
            'unavailable',
            `${label}: either ${file} is not installed or the folder ${cwd} is gone`,
          );
    }
    const { exitCode } = result;
    if (exitCode === undefined || !accept.includes(exitCode)) {
      throw failure(result, label, said);
    }
    return { exitCode, stdout: text(result.stdout), stderr: text(result.stderr) };
  }
}

interface Ended {
  timedOut: boolean;
  isCanceled: boolean;
  code?: string | undefined;
  signal?: string | undefined;
  exitCode?: number | undefined;
  stdout?: unknown;
  stderr?: unknown;
}

/** For a command whose output or input is a stream: run by `execa` with these, and then judged by `assertEndedWell`. */
export const streamSettings = {
  env: baseEnvironment,
  extendEnv: false,
  reject: false,
  forceKillAfterDelay: 5_000,
} as const;

/**
 * How a command ended that was run with `streamSettings`, and ends with the signal.
 * Errors: as of `run`, but for `timeout`, which is the signal's.
 */
export function assertEndedWell(
  result: Pick<Result, 'exitCode' | 'code' | 'signal' | 'stderr' | 'isCanceled'>,
  { file, label, signal }: { file: string; label: string; signal: AbortSignal },
): void {
  if (result.exitCode === 0) return;
  if (result.isCanceled) throw abortError(signal, label);
  if (result.code === 'ENOENT') throw notInstalled(file);
  throw failure(result, label, text(result.stderr));
}

function failure(
  { exitCode, signal, code }: Pick<Ended, 'exitCode' | 'signal' | 'code'>,
  label: string,
  said: string,
): CoveyError {
  const end =
    exitCode === undefined ? `was ended by ${signal ?? code ?? 'a signal'}` : `exited with ${exitCode}`;
  return new CoveyError('failed', `${label} ${end}: ${lastLines(said) || 'it said nothing'}`);
}

/** The error of a call of a program that is not there. */
function notInstalled(file: string): CoveyError {
  return new CoveyError('unavailable', `${file} is not installed on this node`);
}

/** The error of a call that its caller gave up: the caller's own reason if it is one of ours. */
export function abortError(signal: AbortSignal, what: string): CoveyError {
  const reason: unknown = signal.reason;
  if (reason instanceof CoveyError) return reason;
  const timedOut = reason instanceof Error && reason.name === 'TimeoutError';
  return timedOut
    ? new CoveyError('timeout', `${what} ran out of time`)
    : new CoveyError('cancelled', `${what} was cancelled`);
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** The end of what a command said, which tells why it failed. */
export function lastLines(said: string): string {
  return said.trim().split('\n').slice(-TAIL_LINES).join('\n');
}
