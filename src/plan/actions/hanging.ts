import { setTimeout as pause } from 'node:timers/promises';
import type { Container } from '../../docker/containers.ts';
import type { Engine } from '../../docker/engine.ts';
import type { Used } from '../../docker/usage.ts';

/** What it takes to have the release before answer again: the new one is ended, the old one started. In milliseconds. */
const UNDO = 12_000;

/** So long a release has done nothing when it is said to hang, in milliseconds. */
const IDLE = 5_000;

/** From one look to the next, in milliseconds. */
const POLL = 500;

/** The part of a processor's time that is nothing: servers that are not asked anything wake up now and then. */
const NOTHING = 0.02;

/** The same for disks, in bytes a second: they write lines of logs. What waits for a slow disk uses no processor meanwhile, and works. */
const A_LITTLE = 50_000;

/**
 * How long a release may hang while requests wait for it, so that those can still be answered by the one before; in milliseconds.
 * Undefined: none wait, or it would come too late for them.
 * @param hold how long a request waits at most
 * @param waited how long the first one has waited
 */
export function patienceOf(hold: number, waited: number | undefined): number | undefined {
  if (waited === undefined) return undefined;
  const left = hold - waited - UNDO;
  // Where there is a little less than it takes, those who came a moment later are answered all the same.
  return left >= 0 ? Math.max(left, IDLE) : undefined;
}

/**
 * Resolves when a release hangs: `patience` is over, and it has made use of neither a processor nor a disk for a while, so that it neither starts
 * nor brings its data up to date. Never for one of which a healthcheck says how far it is, nor where Docker cannot measure.
 * @param about `isSilent`: whether there is a container that does not answer what a site would ask it
 * @param pace of looking; changed by tests
 */
export async function untilHanging(
  engine: Pick<Engine, 'containers' | 'usage'>,
  about: { project: string; except: readonly string[]; patience: number; isSilent: () => boolean },
  signal: AbortSignal,
  { idle, poll } = { idle: IDLE, poll: POLL },
): Promise<void> {
  const begun = performance.now();
  let samples: Sample[] = [];
  for (;;) {
    const now = await measure(engine, about, signal).catch(() => undefined); // the gate itself asks Docker, and tells
    samples = now === undefined ? [] : [...samples.filter(({ of }) => of === now.of), now];
    // The last one that is old enough is what it is compared with.
    const before = samples.findLast(({ at }) => now !== undefined && now.at - at >= idle);
    if (now !== undefined && before !== undefined) {
      const span = now.at - before.at;
      const isIdle =
        now.cpu - before.cpu <= NOTHING * span && now.moved - before.moved <= (A_LITTLE * span) / 1000;
      if (isIdle && about.isSilent() && now.at - begun >= about.patience) return;
      samples = samples.slice(samples.indexOf(before));
    }
    await pause(poll, undefined, { signal });
  }
}

/** Of which containers, when, in milliseconds, and what they had used by then. */
interface Sample extends Used {
  of: string;
  at: number;
}

/** Undefined where nobody can say, or somebody else does. */
async function measure(
  engine: Pick<Engine, 'containers' | 'usage'>,
  { project, except }: { project: string; except: readonly string[] },
  signal: AbortSignal,
): Promise<Sample | undefined> {
  const found = await engine.containers({ project, signal });
  const containers = found.filter((each) => !except.includes(each.id) && !isDone(each));
  const isKnown = ({ state, health }: Container) =>
    state === 'running' && health !== 'starting' && health !== 'unhealthy';
  if (!containers.every(isKnown)) return undefined;
  const at = performance.now();
  const all = await Promise.all(containers.map(({ id }) => engine.usage(id, { signal })));
  const known = all.filter((each) => each !== undefined);
  if (known.length < all.length) return undefined;
  const sum = (key: keyof Used) => known.reduce((total, each) => total + each[key], 0);
  // Docker counts anew when it has started one again.
  return {
    of: containers.map(({ id, restarts }) => `${id} ${restarts}`).join(),
    at,
    cpu: sum('cpu'),
    moved: sum('moved'),
  };
}

function isDone({ state, exitCode }: Container): boolean {
  return state === 'exited' && exitCode === 0;
}
