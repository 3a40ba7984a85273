import { randomUUID } from 'node:crypto';
import { projectOf } from '../app/identity.ts';
import { assertNoVolumeLost } from '../app/lost-volumes.ts';
import { deployFolder } from '../app/record.ts';
import { releaseSchema } from '../app/release.ts';
import type { PastRelease } from '../app/releases.ts';
import { CoveyError } from '../errors.ts';
import type { Progress } from '../generated/covey/v1/Progress.ts';
import type { RollbackRequest__Output } from '../generated/covey/v1/RollbackRequest.ts';
import { planRollback } from '../plan/rollback.ts';
import type { StreamHandler } from '../rpc/handler.ts';
import { lookAtFurther } from './balancing.ts';
import { claimant, claimsOf, refuseClashes, warnOfDomains } from './clashes.ts';
import type { Deps } from './deps.ts';
import { committing, loadReleases } from './kept-releases.ts';
import { lookAt } from './look.ts';
import { isMaintained } from './maintained.ts';
import { nextRecord } from './next-record.ts';
import { obtainPast } from './obtain-past.ts';
import { type Operation, operate, requestIdOf } from './operation.ts';
import { assertHeld, choicesOf, findTarget } from './past-release.ts';
import { emitOutcome, streamed } from './progress.ts';
import { findApp, loadRecords, type Records } from './records.ts';
import { heldOf } from './releases.ts';
import { rollbackData } from './rollback-data.ts';
import { loadSwarm, refuseSwarmClashes } from './swarm.ts';
import { assertMasterAlive, liveMember, liveNames } from './targets.ts';

/** Brings an app back to an earlier release: its code, its data, or both. */
export function rollback(deps: Deps): StreamHandler<RollbackRequest__Output, Progress> {
  return (request, call) => {
    const { app, codeOnly, dataOnly, wait, planOnly } = request;
    if (codeOnly && dataOnly) {
      throw new CoveyError('invalid', 'Only the code and only the data leave nothing to roll back.', {
        hint: 'Leave out --code-only or --data-only.',
      });
    }
    if (dataOnly) return rollbackData(deps, request, call);
    return streamed(async (emit) => {
      const { name } = findApp(await loadRecords(deps.kv, call.signal), app);
      const asked = {
        app: name,
        kind: 'rollback',
        requestId: requestIdOf(request.requestId),
        by: call.caller.name,
        wait,
        looksOnly: planOnly,
        givesUpMaster: false,
        signal: call.signal,
        emit,
      } as const;
      await operate(deps, asked, (operation) => run(deps, request, operation));
    });
  };
}

async function run(deps: Deps, request: RollbackRequest__Output, operation: Operation): Promise<void> {
  const { app, signal } = operation;
  // Only what was read under the lock counts.
  const records = await loadRecords(deps.kv, signal);
  const existing = findApp(records, app);
  if (existing.record.deploy_id === operation.requestId && !request.planOnly) {
    const done = { elapsedMs: 0, silentNodes: [], snapshots: [] };
    const deployId = operation.requestId;
    return emitOutcome(operation.emit, { app, deployId, generation: existing.index, ...done });
  }
  const members = await deps.members();
  const live = liveNames(members);
  assertMasterAlive(existing, live);
  const releases = await loadReleases(deps.kv, app, signal);
  const target = findTarget(existing, releases, request);
  const { repo_url: repoUrl, branch, master, slave } = existing.record;
  const identity = { name: app, project: projectOf(app), repoUrl, branch };
  // A plan must not look like what runs.
  const deployId = request.planOnly ? randomUUID() : operation.requestId;
  const fetch = {
    kind: 'fetch',
    folder: deployFolder(deps.deployRoot, app, { deploy_id: deployId, deploy_date: '' }),
    project: identity.project,
    repo: repoUrl,
    branch,
    commit: target.record.commit ?? '',
    from: '',
  } as const;
  const member = liveMember('master', master, members);
  const context = {
    deps,
    request,
    operation,
    records,
    existing,
    releases,
    target,
    live,
    identity,
    fetch,
    members,
  };
  const { plan, change } = await prepare({ ...context, master, member, slave }).catch(
    async (error: unknown) => {
      await operation.forget(master, 'fetch', fetch);
      throw error;
    },
  );
  if (!request.planOnly) return operation.execute(plan, existing, change, deployId);
  operation.show(plan);
  await operation.forget(master, 'fetch', fetch);
}

/** Volume -> snapshot. What was kept of volumes that the other release has, this one has no place for. */
function dataOf({ record, ended }: PastRelease): Record<string, string> {
  const kept = Object.entries(ended?.snapshots ?? {});
  return Object.fromEntries(kept.filter(([volume]) => record.volumes.includes(volume)));
}

type Prepared = Parameters<typeof obtainPast>[0] & {
  deps: Deps;
  request: RollbackRequest__Output;
  operation: Operation;
  records: Records;
  releases: readonly PastRelease[];
  target: PastRelease;
  identity: Parameters<typeof nextRecord>[0]['identity'];
  member: Parameters<typeof nextRecord>[0]['master'];
  slave: string | null;
  members: Parameters<typeof nextRecord>[0]['members'];
};

/** Fetches and inspects the release on its master, looks for its data and images, then plans. Nothing that runs is touched. */
async function prepare(input: Prepared) {
  const { deps, request, operation, records, existing, releases, target, live, identity, fetch } = input;
  const { name, project } = identity;
  const { master } = existing.record;
  const { folder } = fetch;
  const { signal } = operation;
  const held = await deps.nodes.snapshots(master, heldOf(name, [target]), signal);
  const wanted = request.codeOnly ? {} : dataOf(target);
  await assertHeld(deps, { existing, target, wanted, held, live, signal });
  const commit = await obtainPast(input);
  const before = deployFolder(deps.deployRoot, name, existing.record);
  const inspect = { kind: 'inspect', folder, project, commit, before } as const;
  const release = releaseSchema.parse(await operation.prepare(master, 'read the release', inspect));
  const record = nextRecord({
    identity,
    master: input.member,
    slave: input.slave ?? '',
    release,
    existing,
    deployId: operation.requestId,
    members: input.members,
  });
  const others = records.readable.filter((each) => each.name !== name);
  refuseClashes({ name, record }, others);
  const swarm = await loadSwarm(deps.kv, signal);
  refuseSwarmClashes(claimant({ name, record }), claimsOf(existing), swarm);
  const declared = release.volumes.map((volume) => volume.full);
  const answers = Boolean(existing.record.balanced);
  const here = await lookAt(master, { operation, name, volumes: declared, answers });
  const ids = Object.values(target.images.ids);
  const choices = choicesOf(wanted, record.volumes);
  const restored = choices.map(({ volume }) => volume);
  const used = declared.filter((volume) => !restored.includes(volume));
  assertNoVolumeLost(existing.record, used, here.volumes);
  const hasImages = ids.length > 0 && ids.every((id) => held.images?.includes(id));
  const plan = planRollback({
    coordinator: deps.node,
    identity,
    folder,
    root: deps.deployRoot,
    existing,
    record,
    release,
    survey: here,
    inMaintenance: await isMaintained(deps.kv, name, signal),
    releases,
    target,
    choices,
    codeOnly: request.codeOnly,
    images: hasImages ? target.images.ids : null,
    live,
    further: await lookAtFurther({
      operation,
      name,
      old: existing.record,
      record,
      volumes: declared,
      live,
    }),
    now: Date.now(),
  });
  plan.warnings.push(...warnOfDomains({ name, record }, others));
  return { plan, change: committing({ plan, record, existing, releases, images: here.images }) };
}
