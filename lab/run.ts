import { createInterface } from 'node:readline';
import { execa } from 'execa';
import { CoveyError } from '../src/errors.ts';

/** Where progress goes, one line a call. */
export type Log = (line: string) => void;

export interface RunOptions {
  /** Text or bytes for standard input; none is an empty one. */
  input?: string | Uint8Array;
  signal?: AbortSignal;
  /** Milliseconds after which the command is killed. */
  timeout?: number;
  cwd?: string;
  /** Gets standard output and error line by line while the command runs. */
  onLine?: (line: string) => void;
  /** Variables on top of the current ones. */
  env?: Record<string, string>;
}

export interface RunResult {
  stdout: string;
  stderr: string;
  exitCode: number;
}

/** Runs a command to its end and returns what it printed, whatever its exit code. A command that cannot be started, is killed or times out throws. */
export async function capture(argv: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  const [command, ...args] = argv;
  if (command === undefined) throw new CoveyError('invalid', 'no command given');
  const subprocess = execa(command, args, {
    all: true,
    reject: false,
    stripFinalNewline: false,
    maxBuffer: 256 * 1024 * 1024,
    ...(options.input === undefined ? { stdin: 'ignore' } : { input: options.input }),
    ...(options.signal && { cancelSignal: options.signal }),
    ...(options.timeout && { timeout: options.timeout }),
    ...(options.cwd && { cwd: options.cwd }),
    ...(options.env && { env: options.env }),
  });
  if (options.onLine) {
    const { onLine } = options;
    createInterface({ input: subprocess.all }).on('line', onLine);
  }
  const result = await subprocess;
  if (result.timedOut)
    throw new CoveyError('timeout', `${command} ${args[0] ?? ''}: no end after ${options.timeout} ms`);
  if (result.isCanceled) throw new CoveyError('cancelled', `${command} ${args[0] ?? ''}: cancelled`);
  if (result.exitCode === undefined) {
    throw new CoveyError('failed', `${command}: ${result.shortMessage ?? 'could not be run'}`, {
      cause: result,
    });
  }
  return { stdout: result.stdout, stderr: result.stderr, exitCode: result.exitCode };
}

/** Like `capture`, but a non-zero exit throws with the end of what the command said. Returns standard output without its final newline. */
export async function run(argv: readonly string[], options: RunOptions = {}): Promise<string> {
  const result = await capture(argv, options);
  if (result.exitCode !== 0) {
    const said = `${result.stdout}\n${result.stderr}`.trim().split('\n').slice(-25).join('\n');
    throw new CoveyError('failed', `${argv.slice(0, 4).join(' ')} … ended with ${result.exitCode}:\n${said}`);
  }
  return result.stdout.replace(/\n$/, '');
}

/** Does one step and logs its name with the seconds it took; a step that fails says so before it throws. */
export async function step<T>(log: Log, name: string, work: () => Promise<T>): Promise<T> {
  const began = performance.now();
  const seconds = (): string => `${((performance.now() - began) / 1000).toFixed(1)} s`;
  try {
    const value = await work();
    log(`${name} (${seconds()})`);
    return value;
  } catch (error) {
    log(`${name}: failed (${seconds()})`);
    throw error;
  }
}

/**
 * Asks until the answer is something other than undefined, and returns that.
 * Throws `timeout`, with what `describe` says, after `timeout` milliseconds.
 */
export async function until<T>(
  ask: () => Promise<T | undefined>,
  options: { timeout: number; every?: number; signal?: AbortSignal; describe: () => string },
): Promise<T> {
  const end = performance.now() + options.timeout;
  for (;;) {
    options.signal?.throwIfAborted();
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (performance.now() > end) throw new CoveyError('timeout', options.describe());
    await new Promise((resolve) => setTimeout(resolve, options.every ?? 200));
  }
}

/** Runs the jobs with at most `limit` at once; the first failure throws, after the running ones have ended. */
export async function limited<T>(limit: number, jobs: (() => Promise<T>)[]): Promise<T[]> {
  const results: T[] = [];
  const failures: unknown[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < jobs.length && failures.length === 0) {
      const index = next++;
      const job = jobs[index];
      if (!job) return;
      try {
        results[index] = await job();
      } catch (error) {
        failures.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, jobs.length) }, worker));
  if (failures.length > 0) throw failures[0];
  return results;
}

/** Runs two commands, the output of the first into the second; either failing throws. Returns what the second printed. */
export async function pipe(
  from: readonly string[],
  to: readonly string[],
  signal?: AbortSignal,
): Promise<string> {
  const [command = '', ...args] = from;
  const [next = '', ...nextArgs] = to;
  const cancel = signal && { cancelSignal: signal };
  try {
    const result = await execa(command, args, { buffer: { stdout: false }, ...cancel }).pipe(next, nextArgs, {
      ...cancel,
    });
    return result.stdout;
  } catch (error) {
    throw new CoveyError('failed', error instanceof Error ? error.message : String(error), { cause: error });
  }
}
