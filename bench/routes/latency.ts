import { setTimeout as pause } from 'node:timers/promises';
import { untilAnswered } from './ask.ts';
import { isCalm } from './process.ts';
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

/** Milliseconds from the beginning of the write to the end of the first right answer, of each change. */
export async function measureChanges(
  stage: Stage,
  { address, pid }: Router,
  kind: ChangeKind,
  samples: number,
  signal: AbortSignal,
): Promise<number[]> {
  const times: number[] = [];
  for (let index = 0; index < samples; index++) {
    await pause(SPACING, undefined, { signal });
    await isCalm(pid, signal);
    await stage.check();
    const { app, host, body } = kind === 'map' ? otherMaster(stage, index) : newDomain(stage, index);
    const began = performance.now();
    await stage.write(app);
    await untilAnswered({ address, host }, body, { signal });
    times.push(performance.now() - began);
  }
  return times;
}

/** An app of another node moves to a third one: on this node only its map changes. */
export function otherMaster({ apps }: Pick<Stage, 'apps'>, index: number): Change {
  const app = pick(apps, index, ({ master }) => master !== SELF);
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
