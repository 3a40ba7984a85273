import { replicateEvery } from '../app/schedules.ts';
import { formatDuration } from '../durations.ts';
import { BEFORE_RESTORE } from '../volumes/snapshot-name.ts';
import type { Choice } from './choose.ts';
import { type OnMaster, releaseSteps } from './keep.ts';
import { newSteps, type Steps } from './step-list.ts';
import type { Plan } from './steps.ts';

export interface RestoreInput extends OnMaster {
  choices: readonly Choice[];
  /** Names of the live members. */
  live: readonly string[];
  /** Milliseconds since the epoch. */
  now: number;
}

/** Puts volumes of the app back to snapshots of its master, with the app stopped. What they hold is put aside first. */
export function planRestore(input: RestoreInput): Plan {
  const { existing, choices, live } = input;
  const { name, record } = existing;
  const { master, slave } = record;
  const names = choices.map(({ snapshot }) => snapshot.name);
  const steps = newSteps(input.coordinator);
  const app = releaseSteps(steps, input);
  app.stop();
  putInPlace(steps, input, input.project, choices);
  app.start();
  steps.seal('note that it is restored');
  steps.add(master, 'make it the newest snapshot', { kind: 'promote', snapshots: names });
  const sent = choices.map(({ volume }) => volume).filter((volume) => replicateEvery(record, volume) > 0);
  const isSent = slave !== null && sent.length > 0;
  if (isSent && live.includes(slave)) {
    steps.add(master, `send it to ${slave}`, {
      kind: 'send',
      volumes: sent,
      to: slave,
      rounds: 1,
      from: `promote@${master}`,
    });
  }
  const away = `${slave} is not alive: until it is back, its newest replicas are of what is given up now.`;
  return {
    app: name,
    operation: 'restore',
    steps: steps.list,
    warnings: [
      ...choices.map((choice) => ages(choice, choice.volume, input.now)),
      aside(name),
      ...(isSent && !live.includes(slave) ? [away] : []),
    ],
    restores: names,
  };
}

/** Puts a snapshot in the place of a volume that no app has; the app goes on. */
export function planRestoreTo(input: RestoreInput & { choice: Choice; to: string }): Plan {
  const { choice, to, existing, survey } = input;
  const steps = newSteps(input.coordinator);
  const isThere = survey.volumes.includes(to);
  putInPlace(steps, input, '', [{ ...choice, volume: to }]);
  steps.seal('note that it is restored');
  return {
    app: existing.name,
    operation: 'restore',
    steps: steps.list,
    warnings: [
      ages(choice, to, input.now),
      ...(isThere ? [`${to} is there: what it holds is put aside as ${to}@TIME@+${BEFORE_RESTORE}.`] : []),
    ],
    restores: [choice.snapshot.name],
  };
}

/** Two steps: only what the first has kept, and the journal knows, may be replaced by the second. */
function putInPlace(
  steps: Steps,
  { existing, survey }: OnMaster,
  project: string,
  choices: readonly Choice[],
): void {
  const node = existing.record.master;
  const volumes = choices.map(({ volume }) => volume);
  const present = volumes.filter((volume) => survey.volumes.includes(volume));
  const label = BEFORE_RESTORE;
  const from =
    present.length > 0
      ? steps.add(node, 'put aside what is there', { kind: 'snapshot', volumes: present, label, project })
      : '';
  const snapshots = Object.fromEntries(choices.map(({ volume, snapshot }) => [volume, snapshot.name]));
  steps.add(node, 'put the snapshots in place', {
    kind: 'restore',
    project,
    snapshots,
    kept: {},
    from,
    present,
  });
}

function ages({ snapshot }: Choice, volume: string, now: number): string {
  const age = snapshot.at === null ? 'of unknown age' : `${formatDuration(now - snapshot.at / 1000)} old`;
  return `${volume} goes back to ${snapshot.name}, ${age}.`;
}

function aside(app: string): string {
  return `What was written since is put aside as VOLUME@TIME@+${BEFORE_RESTORE}, never the newest: covey restore ${app} --snapshot NAME brings it back.`;
}
