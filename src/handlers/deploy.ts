import { randomUUID } from 'node:crypto';
import { findIdentity, type Identity } from '../app/identity.ts';
import { assertNoVolumeLost } from '../app/lost-volumes.ts';
import { deployFolder } from '../app/record.ts';
import { releaseSchema } from '../app/release.ts';
import { takeoverCaveats } from '../app/takeover-caveats.ts';
import type { Member } from '../consul/members.ts';
import { assertBranch, assertRepo } from '../docker/git-names.ts';
import { CoveyError } from '../errors.ts';
import type { DeployRequest__Output } from '../generated/covey/v1/DeployRequest.ts';
import type { Progress } from '../generated/covey/v1/Progress.ts';
import type { Existing } from '../plan/deploy-input.ts';
import type { FenceAction } from '../plan/fence-action.ts';
import { planDeploy } from '../plan/planner.ts';
import type { StreamHandler } from '../rpc/handler.ts';
import { lookAtFurther } from './balancing.ts';
import { claimant, claimsOf, refuseClashes, warnOfDomains } from './clashes.ts';
import type { Deps } from './deps.ts';
import { committing, releasesOrNew } from './kept-releases.ts';
import { lookAt } from './look.ts';
import { isMaintained } from './maintained.ts';
import { nextRecord } from './next-record.ts';
import { askedInOrder, type Obtain, obtain, takeOwn } from './obtain.ts';
import { obtainPast } from './obtain-past.ts';
import { type Operation, operate, requestIdOf } from './operation.ts';
import { streamed } from './progress.ts';
import { known, loadRecords, type Records } from './records.ts';
import { commitOf } from './same-commit.ts';
import { loadSwarm, refuseSwarmClashes } from './swarm.ts';
import { assertMaster, assertReplicas } from './takeover.ts';
import { majorityCaveats } from './takeover-readiness.ts';
import { liveMember, liveNames } from './targets.ts';

/** Deploys an app, or deploys it again. */
export function deploy(deps: Deps): StreamHandler<DeployRequest__Output, Progress> {
  return (request, call) =>
    streamed(async (emit) => {
      const requestId = requestIdOf(request.requestId);
      const members = await deps.members();
      const { master } = assertRequest(request, members);
      const records = await loadRecords(deps.kv, call.signal);
      const identity = findIdentity(request.repo, request.branch, known(records));
      // Looked at again under the lock; here it keeps a takeover that is refused from giving up anything.
      const existing = records.readable.find(({ name }) => name === identity.name);
      assertMaster(existing, liveNames(members), request);
      commitOf(identity.name, existing, request);
      await operate(
        deps,
        {
          app: identity.name,
          kind: 'deploy',
          requestId,
          by: call.caller.name,
          wait: request.wait,
          looksOnly: request.planOnly,
          givesUpMaster: request.fromReplica,
          signal: call.signal,
          emit,
        },
        (operation) => deployUnderLock(deps, request, { identity, master, operation }),
      );
    });
}

/** Everything that can be known to be wrong before anything is asked of anybody. */
function assertRequest(request: DeployRequest__Output, members: Member[]): { master: Member } {
  assertRepo(request.repo);
  assertBranch(request.branch);
  if (!request.master)
    throw new CoveyError('invalid', 'No master given.', { hint: 'Name the node that runs the app.' });
  if (request.slave === request.master) {
    throw new CoveyError('invalid', `Master and slave are both ${request.master}.`, {
      hint: 'Name two different nodes.',
    });
  }
  const master = liveMember('master', request.master, members);
  if (request.slave) liveMember('slave', request.slave, members);
  return { master };
}

/** `fence`: a slave takes over by itself, with the release that it has. */
export async function deployUnderLock(
  deps: Deps,
  request: DeployRequest__Output,
  about: { identity: Identity; master: Member; operation: Operation; fence?: FenceAction },
): Promise<void> {
  const { identity, master, operation } = about;
  const { requestId } = operation;
  // Only what was read under the lock counts.
  const records = await loadRecords(deps.kv, operation.signal);
  const existing = records.readable.find((each) => each.name === identity.name);
  if (existing?.record.deploy_id === requestId && !request.planOnly) {
    operation.emit({
      outcome: {
        app: identity.name,
        deployId: requestId,
        generation: existing.index,
        elapsedMs: 0,
        silentNodes: [],
        snapshots: [],
      },
    });
    return;
  }
  const live = liveNames(await deps.members());
  assertMaster(existing, live, request);

  // Not the id of the request: it may be that of the release which runs.
  const deployId = request.planOnly ? randomUUID() : requestId;
  const folder = deployFolder(deps.deployRoot, identity.name, { deploy_id: deployId, deploy_date: '' });
  const fetch = {
    kind: 'fetch',
    folder,
    project: identity.project,
    repo: identity.repoUrl,
    branch: identity.branch,
    commit: commitOf(identity.name, existing, request),
    from: '',
  } as const;
  const { plan, change } = await prepare(deps, {
    ...about,
    request,
    records,
    existing,
    live,
    folder,
    fetch,
  }).catch(async (error: unknown) => {
    await operation.forget(master.name, 'fetch', fetch);
    throw error;
  });
  if (!request.planOnly) return operation.execute(plan, existing, change, requestId);
  operation.show(plan);
  await operation.forget(master.name, 'fetch', fetch);
}

/** Fetches and inspects the release on its master, then plans. Nothing that runs is touched. */
async function prepare(
  deps: Deps,
  input: {
    request: DeployRequest__Output;
    identity: Identity;
    master: Member;
    operation: Operation;
    fence?: FenceAction;
    records: Records;
    existing: Existing | undefined;
    live: string[];
    folder: string;
    fetch: Obtain['fetch'];
  },
) {
  const { request, identity, master, operation, existing, folder, fetch, fence } = input;
  const { name, project } = identity;
  const { nodes } = deps;
  const { live } = input;
  const fallback = request.fromReplica ? lastRelease(deps, existing) : undefined;
  const from = { operation, nodes, master: master.name, fetch, fallback };
  const others = () => askedInOrder(deps.node, existing, request.slave, live);
  const obtained = async () => {
    // What nobody has asked for must not bring a new release.
    if (fence && fallback) return takeOwn(from, fallback);
    if (!existing || !request.sameCommit) return obtain({ ...from, others: others() });
    return obtainPast({ deps, operation, existing, target: existing, master: master.name, live, fetch });
  };
  const commit = await obtained();
  const runs = existing?.record.master === master.name ? existing.record : undefined;
  const before = runs && { before: deployFolder(deps.deployRoot, name, runs) };
  const inspect = { kind: 'inspect', folder, project, commit, ...before } as const;
  const release = releaseSchema.parse(await operation.prepare(master.name, 'read the release', inspect));
  const { fromReplica } = request;
  const volumes = release.volumes.map((volume) => volume.full);
  const answers = !fromReplica && Boolean(existing?.record.balanced);
  const look = (node: string) => lookAt(node, { operation, name, volumes, replicas: fromReplica, answers });
  const oldMaster = fromReplica ? undefined : existing?.record.master;
  const oldSurvey = oldMaster && oldMaster !== master.name ? await look(oldMaster) : undefined;
  const held = await look(master.name);
  const { slave } = request;
  const members = await deps.members();
  const deployId = operation.requestId;
  const record = nextRecord({ identity, master, slave, release, existing, deployId, members });
  const rest = input.records.readable.filter((each) => each.name !== name);
  refuseClashes({ name, record }, rest);
  refuseSwarmClashes(
    claimant({ name, record }),
    existing && claimsOf(existing),
    await loadSwarm(deps.kv, operation.signal),
  );
  if (existing && !fromReplica) {
    assertNoVolumeLost(existing.record, volumes, (oldSurvey ?? held).volumes);
  }
  if (existing && fromReplica) {
    const both = existing.record.volumes.filter((volume) => record.volumes.includes(volume));
    assertReplicas(existing, master.name, both, held.replicas);
  }
  const releases = await releasesOrNew(deps.kv, name, {
    signal: operation.signal,
    warn: (warning) => operation.emit({ warning }),
  });
  const plan = planDeploy({
    coordinator: deps.node,
    identity,
    folder,
    root: deps.deployRoot,
    existing,
    record,
    release,
    survey: held,
    oldSurvey,
    update: request.update,
    inMaintenance: await isMaintained(deps.kv, name, operation.signal),
    releases,
    live,
    // Whoever takes over has no time for others: they follow by themselves.
    further: fromReplica
      ? {}
      : await lookAtFurther({ operation, name, old: existing?.record, record, volumes, live }),
    fromReplica,
    fence,
    now: Date.now(),
  });
  plan.warnings.push(...warnOfDomains({ name, record }, rest));
  plan.warnings.push(...takeoverCaveats(release, record.slave), ...majorityCaveats(record, members));
  const { images } = oldSurvey ?? held;
  return { plan, change: committing({ plan, record, existing, releases, images }) };
}

/** The release that ran last, which the slave has in its folder. */
function lastRelease({ deployRoot }: Deps, existing: Existing | undefined): Obtain['fallback'] {
  if (existing?.record.commit === undefined) return undefined;
  const { name, record } = existing;
  return { commit: existing.record.commit, folder: deployFolder(deployRoot, name, record) };
}
