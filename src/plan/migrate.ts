import type { Common } from '../app/common-volumes.ts';
import { normaliseRepo } from '../app/identity.ts';
import { deployFolder } from '../app/record.ts';
import type { Release } from '../app/release.ts';
import { replicateEvery } from '../app/schedules.ts';
import { BEFORE_MIGRATE } from '../volumes/snapshot-name.ts';
import type { Existing } from './deploy-input.ts';
import { type OnMaster, releaseSteps } from './keep.ts';
import { newSteps, type Steps } from './step-list.ts';
import type { Plan } from './steps.ts';

/** The target as in `OnMaster`, and where its data comes from. It is in maintenance meanwhile, and stays so where it was before. */
export interface MigrateInput extends OnMaster {
  /** Id of the operation. */
  requestId: string;
  source: Existing;
  /** Of the target, as it runs. */
  release: Pick<Release, 'hasPostMigrateScript' | 'hasUpdateScript'>;
  common: Common;
  update: boolean;
  /** Names of the live members. */
  live: readonly string[];
}

/**
 * Puts what volumes of the source hold into those of the target. The source is only read. All of its data has arrived before
 * the target stops, and what the target has is put aside before it is replaced.
 */
export function planMigrate(input: MigrateInput): Plan {
  const { existing: target, source, common, requestId } = input;
  const { master } = target.record;
  const steps = newSteps(input.coordinator);
  const taken = takeData(steps, input);
  const maintenance = { kind: 'maintenance', operation: requestId } as const;
  if (!input.inMaintenance)
    steps.add(master, `put ${target.name} into maintenance`, { ...maintenance, on: true });
  const app = releaseSteps(steps, { ...input, inMaintenance: true });
  app.stop();
  putInPlace(steps, input, taken.from);
  const unlock = { kind: 'unlock', app: source.name } as const;
  steps.add(master, `leave ${source.name} to other operations`, unlock);
  addScripts(steps, input);
  app.start();
  steps.seal('note that it is migrated');
  if (!input.inMaintenance) steps.add(master, 'end its maintenance', { ...maintenance, on: false }, 'end');
  steps.acknowledge();
  makeNewest(steps, input);
  if (taken.passing) {
    const drop = { kind: 'drop', snapshots: {}, from: taken.from } as const;
    steps.add(master, `remove the snapshots of ${source.name}`, drop);
  }
  return { app: target.name, operation: 'migrate', steps: steps.list, warnings: warningsOf(input, common) };
}

/** One consistent set of the source's snapshots, made while it runs and brought to the target's master. */
function takeData(
  steps: Steps,
  { source, existing, common }: MigrateInput,
): { from: string; passing: boolean } {
  const { name } = source;
  const { master: at, slave } = source.record;
  const to = existing.record.master;
  const volumes = common.pairs.map((pair) => pair.source);
  const keep = { kind: 'keep', volumes } as const;
  const from = steps.add(at, `keep a snapshot of each volume of ${name}`, keep, 'source', name);
  if (at === to) return { from, passing: false };
  // On the slave they are replicas like any other; nobody else would ever remove them.
  const passing = to !== slave;
  if (passing) steps.add(to, `expect snapshots of ${name}`, { kind: 'expect', snapshots: {}, from });
  const send = { kind: 'send', volumes, to, rounds: 1, from, passing } as const;
  steps.add(at, `send them to ${to}`, send, 'source', name);
  return { from, passing };
}

/** Two steps: only what the first has kept, and the journal knows, may be replaced by the second. */
function putInPlace(steps: Steps, { existing, project, survey, common }: MigrateInput, taken: string): void {
  const { master } = existing.record;
  const targets = common.pairs.map((pair) => pair.target);
  const present = targets.filter((volume) => survey.volumes.includes(volume));
  const aside = { kind: 'snapshot', volumes: present, label: BEFORE_MIGRATE, project } as const;
  const from = present.length > 0 ? steps.add(master, 'put aside what is there', aside) : '';
  const volumes = Object.fromEntries(common.pairs.map(({ source, target }) => [target, source]));
  const of = { from: taken, volumes };
  const restore = { kind: 'restore', project, snapshots: {}, kept: {}, from, present, of } as const;
  steps.add(master, 'put the snapshots in place', restore);
}

/** What makes foreign data the target's own. */
function addScripts(steps: Steps, { root, project, existing, source, release, update }: MigrateInput): void {
  const { master, repo_url: repo, branch } = existing.record;
  const own = ['-r', normaliseRepo(repo), '-b', branch];
  const whose = ['-R', normaliseRepo(source.record.repo_url), '-B', source.record.branch];
  const here = { folder: deployFolder(root, existing.name, existing.record), project, newVolumes: [] };
  const run = (script: string, args: string[], which?: string) =>
    steps.add(master, `run ${script}`, { kind: 'script', ...here, script, args }, which);
  if (release.hasPostMigrateScript) run('post_migrate.sh', [...whose, ...own], 'post_migrate');
  if (update && release.hasUpdateScript) run('update.sh', own);
}

/** What was given up must not come back by a takeover, a move or a restore, which begin with the newest snapshot. */
function makeNewest(steps: Steps, { existing, common, live }: MigrateInput): void {
  const { master, slave } = existing.record;
  const volumes = common.pairs.map((pair) => pair.target);
  const from = steps.add(master, 'keep a snapshot of each volume', { kind: 'keep', volumes });
  const sent = volumes.filter((volume) => replicateEvery(existing.record, volume) > 0);
  if (slave === null || !live.includes(slave) || sent.length === 0) return;
  steps.add(master, `send it to ${slave}`, { kind: 'send', volumes: sent, to: slave, rounds: 1, from });
}

function warningsOf(
  { existing, source, survey, inMaintenance, live }: MigrateInput,
  common: Common,
): string[] {
  const { name, record } = existing;
  const { slave } = record;
  const aside = common.pairs.filter(({ target }) => survey.volumes.includes(target));
  const isAway = slave !== null && !live.includes(slave);
  return [
    ...common.pairs.map((pair) => `${pair.target} gets what ${pair.source} holds.`),
    ...common.nonmigrable.map((volume) => `${volume} stays as it is: it is labelled as not migrable.`),
    ...common.missing.map(
      (volume) => `${volume} stays as it is: ${source.name} does not replicate one of that name.`,
    ),
    ...common.unwanted.map((volume) => `${volume} is left out: ${name} does not replicate one of that name.`),
    ...(aside.length > 0
      ? [
          `What is replaced is put aside as VOLUME@TIME@+${BEFORE_MIGRATE}, never the newest: covey restore ${name} --snapshot NAME brings it back.`,
        ]
      : []),
    ...(inMaintenance ? [`${name} is in maintenance already, and stays so.`] : []),
    ...(isAway
      ? [`${slave} is not alive: until it is back, its newest replicas are of what is given up now.`]
      : []),
  ];
}
