import { commonVolumes } from '../app/common-volumes.ts';
import { formatDeployDate } from '../app/dates.ts';
import { projectOf } from '../app/identity.ts';
import { assertNoVolumeLost } from '../app/lost-volumes.ts';
import { deployFolder } from '../app/record.ts';
import { releaseSchema } from '../app/release.ts';
import { CoveyError } from '../errors.ts';
import type { AppRef__Output } from '../generated/covey/v1/AppRef.ts';
import type { MigrateRequest__Output } from '../generated/covey/v1/MigrateRequest.ts';
import type { Progress } from '../generated/covey/v1/Progress.ts';
import type { Existing } from '../plan/deploy-input.ts';
import { planMigrate } from '../plan/migrate.ts';
import { survey } from '../plan/results.ts';
import type { StreamHandler } from '../rpc/handler.ts';
import type { Deps } from './deps.ts';
import { isMaintained } from './maintained.ts';
import { type Operation, operate, requestIdOf } from './operation.ts';
import { emitOutcome, streamed } from './progress.ts';
import { findApp, findAppOf, loadRecords, type Records } from './records.ts';
import { assertMasterAlive, liveNames } from './targets.ts';

interface Parties {
  source: Existing;
  target: Existing;
}

/** Brings data of one app to another. */
export function migrate(deps: Deps): StreamHandler<MigrateRequest__Output, Progress> {
  return (request, call) =>
    streamed(async (emit) => {
      const requestId = requestIdOf(request.requestId);
      const { source, target } = partiesOf(await loadRecords(deps.kv, call.signal), request);
      await operate(
        deps,
        {
          app: target.name,
          source: source.name,
          kind: 'migrate',
          requestId,
          by: call.caller.name,
          wait: request.wait,
          looksOnly: request.planOnly,
          givesUpMaster: false,
          signal: call.signal,
          emit,
        },
        (operation) => run(deps, request, { source: source.name, target: target.name }, operation),
      );
    });
}

/** @throws CoveyError `invalid` where it is not said which two apps are meant, `not-found` */
function partiesOf(records: Records, { source: from, target: to }: MigrateRequest__Output): Parties {
  if (!from?.name && !from?.repo && !from?.branch)
    throw new CoveyError('invalid', 'No source given.', { hint: 'Name the app whose data is to be taken.' });
  if (!to?.name && !to?.repo && !to?.branch)
    throw new CoveyError('invalid', 'No target given.', { hint: 'Name the app that is to get the data.' });
  const source = find(records, from);
  const { repo_url: repo, branch } = source.record;
  const target = find(records, { ...to, repo: to.repo || repo, branch: to.branch || branch });
  if (source.name !== target.name) return { source, target };
  throw new CoveyError('invalid', `${source.name} is both source and target.`, {
    hint: 'Name two different apps.',
  });
}

function find(records: Records, app: AppRef__Output): Existing {
  return app.name === '' ? findAppOf(records, app) : findApp(records, app.name);
}

async function run(
  deps: Deps,
  request: MigrateRequest__Output,
  names: { source: string; target: string },
  operation: Operation,
): Promise<void> {
  const { requestId, signal } = operation;
  const { planOnly } = request;
  // Only what was read under the locks counts.
  const records = await loadRecords(deps.kv, signal);
  const source = findApp(records, names.source);
  const target = findApp(records, names.target);
  const { record, name } = target;
  const deployId = record.deploy_id ?? '';
  if (record.migrated?.id === requestId && !planOnly) {
    const done = { elapsedMs: 0, silentNodes: [], snapshots: [] };
    return emitOutcome(operation.emit, { app: name, deployId, generation: target.index, ...done });
  }
  const live = liveNames(await deps.members());
  for (const each of [source, target]) assertMasterAlive(each, live);
  const from = await look(deps, operation, source, source.name);
  const to = await look(deps, operation, target);
  const common = commonVolumes(from.release, to.release);
  if (common.pairs.length === 0) throw nothing(names);
  const wanted = common.pairs.map((pair) => pair.source);
  assertNoVolumeLost(source.record, wanted, from.survey.volumes);
  const plan = planMigrate({
    coordinator: deps.node,
    root: deps.deployRoot,
    project: projectOf(name),
    existing: target,
    ...to,
    requestId,
    source,
    common,
    update: !request.noUpdate,
    inMaintenance: await isMaintained(deps.kv, name, signal),
    live,
  });
  if (planOnly) return operation.show(plan);
  const migrated = { id: requestId, source: source.name, date: formatDeployDate(new Date()) };
  await operation.execute(plan, target, { record: { ...record, migrated } }, deployId);
}

/** What the app is, by the release that runs, and what its master holds of it. */
async function look(deps: Deps, operation: Operation, { name, record }: Existing, source?: string) {
  const { master, commit = '' } = record;
  const project = projectOf(name);
  const folder = deployFolder(deps.deployRoot, name, record);
  const inspect = { kind: 'inspect', folder, project, commit } as const;
  const title = `read the release of ${name}`;
  const release = releaseSchema.parse(await operation.prepare(master, title, inspect, source));
  const volumes = release.volumes.map((volume) => volume.full);
  const held = { kind: 'survey', name, project, volumes, replicas: false } as const;
  return {
    release,
    survey: survey.parse(await operation.prepare(master, `look what ${name} has`, held, source)),
  };
}

function nothing({ source, target }: { source: string; target: string }): CoveyError {
  return new CoveyError('refused', `${source} has nothing that ${target} may take.`, {
    hint: 'A volume goes over where both compose files give it the same name and the replicating driver, and that of the target has no label "nonmigrable": docs/apps.md.',
  });
}
