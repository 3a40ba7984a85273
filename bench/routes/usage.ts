import { setTimeout as pause } from 'node:timers/promises';
import { untilAnswered } from './ask.ts';
import { otherMaster } from './latency.ts';
import { cpuOf, isCalm, memoryOf } from './process.ts';
import { hostOf } from './records.ts';
import type { Stage } from './stage.ts';

export interface Usage {
  /** Share of a core, 0 to 1. */
  cpu: number;
  /** Resident, in MiB: at the end, and the peak since the process began. */
  memory: { now: number; peak: number };
}

/** What the peer takes while nothing changes. */
export async function atRest(stage: Stage, seconds: number, signal: AbortSignal): Promise<Usage> {
  await isCalm(stage.peer.pid, signal);
  return during(stage, () => pause(seconds * 1000, undefined, { signal })); // the time that is measured
}

export interface Load extends Usage {
  /** Changes a second that were written. */
  rate: number;
  /** Milliseconds from the last write until it was served. */
  behind: number;
}

/** Writes under way at once: Consul may be slow, and no more than these may wait for it. */
const UNDER_WAY = 16;

/** What it takes while `rate` records a second change, each to another master. */
export async function underChanges(
  stage: Stage,
  { rate, seconds }: { rate: number; seconds: number },
  signal: AbortSignal,
): Promise<Load> {
  const writes = new Set<Promise<void>>();
  const failures: unknown[] = [];
  let written = 0;
  let last = otherMaster(stage, 0);
  const began = performance.now();
  const end = began + seconds * 1000;
  const work = async () => {
    for (let index = 1; performance.now() < end && failures.length === 0; index++) {
      signal.throwIfAborted();
      await pause(Math.max(0, began + (index * 1000) / rate - performance.now()));
      while (writes.size >= UNDER_WAY) await Promise.race(writes);
      last = otherMaster(stage, index);
      const write = stage
        .write(last.app)
        .then(() => void written++)
        .catch((thrown: unknown) => void failures.push(thrown))
        .finally(() => writes.delete(write));
      writes.add(write);
    }
    await Promise.all(writes);
  };
  const usage = await during(stage, work);
  const [failure] = failures;
  if (failure !== undefined) throw failure;
  const done = performance.now();
  const question = { address: stage.proxies.address, host: hostOf(last.app) };
  await untilAnswered(question, last.app.master, { signal });
  return { ...usage, rate: written / ((done - began) / 1000), behind: performance.now() - done };
}

async function during({ peer }: Stage, work: () => Promise<unknown>): Promise<Usage> {
  const before = await cpuOf(peer.pid);
  const began = performance.now();
  await work();
  const cpu = ((await cpuOf(peer.pid)) - before) / ((performance.now() - began) / 1000);
  return { cpu, memory: await memoryOf(peer.pid) };
}
