import { setTimeout as pause } from 'node:timers/promises';
import { untilAnswered } from './ask.ts';
import { cpuOf, isCalm } from './process.ts';
import { type BenchApp, hostOf, SELF } from './records.ts';
import { OTHERS, type Stage, UPSTREAM } from './stage.ts';

/** Between two changes, in milliseconds: longer than whatever holds reloads apart. */
const SPACING = 1_200;

/** One change, and how the new route is known. */
interface Change {
  app: BenchApp;
  host: string;
  body: string;
}

/** Where HAProxy is asked, and the process that keeps it in step with the records. */
export interface Router {
  address: string;
  pid: number;
}

export type ChangeKind = 'map' | 'caddy';

/** What changes took. */
export interface ChangeTimes {
  /** Milliseconds from the beginning of the write to the end of the first right answer, of each. */
  times: number[];
  /** CPU of the process for one, what follows the answer included, in milliseconds; on average. */
  cpu: number;
}

export async function measureChanges(
  stage: Stage,
  { address, pid }: Router,
  kind: ChangeKind,
  samples: number,
  signal: AbortSignal,
): Promise<ChangeTimes> {
  const times: number[] = [];
  let cpu = 0;
  for (let index = 0; index < samples; index++) {
    await stage.check();
    const before = await cpuOf(pid);
    const { app, host, body } = kind === 'map' ? otherMaster(stage, index) : newDomain(stage, index);
    const began = performance.now();
    await stage.write(app);
    await untilAnswered({ address, host }, body, { signal });
    times.push(performance.now() - began);
    await pause(SPACING, undefined, { signal });
    await isCalm(pid, signal);
    cpu += (await cpuOf(pid)) - before;
  }
  return { times, cpu: (cpu * 1000) / samples };
}

/** The apps below this number stay where they are: a node that no app names as its master is none, and that is a reload. */
const STAYING = 4;

/** An app of another node moves to a third one: on this node only its map changes. */
export function otherMaster({ apps }: Pick<Stage, 'apps'>, index: number): Change {
  const app = pick(apps, index, ({ master, number }) => master !== SELF && number >= STAYING);
  app.master = app.master === OTHERS[0] ? OTHERS[1] : OTHERS[0];
  app.release++;
  return { app, host: hostOf(app), body: app.master };
}

/** An app of this node gets one more domain. */
function newDomain({ apps }: Pick<Stage, 'apps'>, index: number): Change {
  const app = pick(apps, index, ({ master }) => master === SELF);
  app.release++;
  const host = `v${app.release}.${hostOf(app)}`;
  app.more = [host];
  return { app, host, body: UPSTREAM };
}

/** One app after the other of those that are meant, spread over all of them. */
function pick(apps: readonly BenchApp[], index: number, isMeant: (app: BenchApp) => boolean): BenchApp {
  const meant = apps.filter(isMeant);
  const app = meant[(index * 7) % meant.length];
  if (!app) throw new Error('there is no such app');
  return app;
}
