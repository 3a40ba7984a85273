import type { Readable, Writable } from 'node:stream';
import { execa, type Result } from 'execa';
import { assertEndedWell, lastLines, streamSettings } from '../../command.ts';
import { CoveyError } from '../../errors.ts';

/** A command of btrfs that runs. */
export interface Child<S> {
  stream: S;
  /**
   * Settles when the process has ended. Errors: `failed` with what it said, `refused` where the disk is full,
   * `unavailable` without btrfs-progs, and the signal's reason.
   */
  done: Promise<void>;
}

/** Sends a read-only snapshot, as what changed since `parent` if there is one. It ends when `signal` aborts. */
export function startSend(snapshot: string, parent: string | null, signal: AbortSignal): Child<Readable> {
  const from = parent === null ? [] : ['-p', parent];
  return startReading(['send', '-q', ...from, snapshot], 'btrfs send', signal);
}

/** Lists the extents of a snapshot that are of `generation` or newer, a line each. It ends when `signal` aborts. */
export function startFindNew(snapshot: string, generation: number, signal: AbortSignal): Child<Readable> {
  return startReading(['subvolume', 'find-new', snapshot, `${generation}`], 'btrfs find-new', signal);
}

function startReading(args: string[], label: string, signal: AbortSignal): Child<Readable> {
  const child = execa('btrfs', args, {
    ...streamSettings,
    cancelSignal: signal,
    stdin: 'ignore',
    buffer: { stdout: false, stderr: true },
  });
  return { stream: child.stdout, done: child.then((result) => check(result, label, signal)) };
}

/**
 * Receives into `folder`. The end of its input makes it take what it has for whole, so it is ended by the `signal`
 * before the input is closed, unless all has come.
 */
export function startReceive(folder: string, signal: AbortSignal): Child<Writable> {
  const child = execa('btrfs', ['receive', '-q', folder], {
    ...streamSettings,
    cancelSignal: signal,
    stdin: 'pipe',
    stdout: 'ignore',
    buffer: { stderr: true },
  });
  return { stream: child.stdin, done: child.then((result) => check(result, 'btrfs receive', signal)) };
}

function check(
  result: Pick<Result, 'exitCode' | 'code' | 'signal' | 'stderr' | 'isCanceled'>,
  label: string,
  signal: AbortSignal,
): void {
  const said = lastLines(`${result.stderr ?? ''}`);
  const isFull = /no space left on device|disk quota exceeded/i.test(said);
  if (isFull && result.exitCode !== 0 && !result.isCanceled) {
    throw new CoveyError('refused', `The disk of the volume store is full (${label}: ${said})`, {
      hint: 'Make room there, for example by removing old snapshots, and give the command again.',
    });
  }
  assertEndedWell(result, { file: 'btrfs', label, signal });
}
