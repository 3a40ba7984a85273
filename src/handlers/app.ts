import { lockKey } from '../app/keys.ts';
import { type LockHolder, readHolder } from '../consul/lock-holder.ts';
import { asCoveyError } from '../errors.ts';
import type { App } from '../generated/covey/v1/App.ts';
import type { AppReply } from '../generated/covey/v1/AppReply.ts';
import type { AppRequest__Output } from '../generated/covey/v1/AppRequest.ts';
import type { LockHolder as LockHolderMessage } from '../generated/covey/v1/LockHolder.ts';
import type { NodeStatus } from '../generated/covey/v1/NodeStatus.ts';
import type { PastOperation } from '../generated/covey/v1/PastOperation.ts';
import type { PastRelease } from '../generated/covey/v1/PastRelease.ts';
import type { Handler } from '../rpc/handler.ts';
import { appRows } from './apps.ts';
import type { Deps } from './deps.ts';
import { operationsOf, told as toldOf } from './history.ts';
import { noApp, type Records, recordsOf } from './records.ts';
import { releasesOf } from './releases.ts';
import { wrongWith } from './status.ts';
import { replicationProblems, volumeRows } from './volume-rows.ts';

/** All that there is to say of one app. */
export function app(deps: Deps): Handler<AppRequest__Output, AppReply> {
  return async ({ app: name }, { signal }) => {
    const { apps, maintenance } = deps.memory.view();
    const records = recordsOf(apps.filter((each) => each.name === name));
    const nodes = deps.memory.nodes();
    const [about] = appRows(records, maintenance, nodes);
    if (about === undefined) throw noApp(name);
    const [kept, held, last] = await Promise.all([
      releasesKnown(deps, records, signal),
      holderOf(deps, name, signal),
      lastOperation(deps, name, signal),
    ]);
    const described = describeApp(about, records, nodes, Date.now());
    return {
      ...described,
      releases: kept.releases,
      releasesKnown: kept.isKnown,
      lock: held.lock,
      lastOperation: last.operation,
      problems: [...described.problems, ...kept.problems, ...held.problems, ...last.problems],
    };
  };
}

/** By what the nodes tell of themselves; `records` are of this app alone. */
function describeApp(
  about: App,
  records: Records,
  nodes: readonly NodeStatus[],
  now: number,
): Required<Pick<AppReply, 'app' | 'nodes' | 'containers' | 'volumes' | 'quarantines'>> & {
  problems: string[];
} {
  const { name } = about;
  // What a node that is away told last is not what is.
  const told = <T extends { app?: string }>({ reachable }: NodeStatus, all: readonly T[] = []) =>
    reachable ? all.filter(({ app: of }) => of === name) : [];
  const own = nodes.map((node) => ({
    ...node,
    containers: told(node, node.containers),
    quarantines: told(node, node.quarantines),
  }));
  const places = (['master', 'slave'] as const)
    .map((role) => ({ name: about[role] ?? '', role }))
    .filter((place) => place.name !== '')
    .map((place) => ({
      ...place,
      reachable: own.some((node) => node.name === place.name && node.reachable === true),
    }));
  const volumes = volumeRows(records.readable, own, now);
  const unknown = about.balanced?.filter(({ state }) => state === 'unknown') ?? [];
  const silent = places.filter(({ reachable }) => !reachable).map((place) => place.name);
  return {
    app: about,
    nodes: places,
    containers: own.flatMap(({ name: node = '', containers }) =>
      containers.map((container) => ({ node, ...container })),
    ),
    volumes,
    quarantines: own.flatMap(({ name: node = '', quarantines }) =>
      quarantines.map(({ part = '', error = '' }) => ({ node, part, error })),
    ),
    problems: [
      ...wrongWith(records, own),
      ...replicationProblems(volumes, records.readable, own, now),
      ...[...new Set([...silent, ...unknown.map(({ node = '' }) => node)])].map(
        (node) => `the peer of ${node} does not answer`,
      ),
    ],
  };
}

/** Of a record that cannot be read nothing more is said; of what is kept of its releases why it is not known. */
async function releasesKnown(
  deps: Deps,
  { readable: [existing] }: Records,
  signal: AbortSignal,
): Promise<{ releases: PastRelease[]; isKnown: boolean; problems: string[] }> {
  if (existing === undefined) return { releases: [], isKnown: false, problems: [] };
  try {
    const { releases, problem } = await releasesOf(deps, existing, signal);
    if (problem === '') return { releases, isKnown: true, problems: [] };
    const line = `what is there of its releases is not known: ${problem}`;
    return { releases, isKnown: false, problems: [line] };
  } catch (thrown) {
    return { releases: [], isKnown: false, problems: [whyUnknown(thrown)] };
  }
}

/** Null where nobody has the lock. */
async function holderOf(
  { kv }: Pick<Deps, 'kv'>,
  name: string,
  signal: AbortSignal,
): Promise<{ lock: LockHolderMessage | null; problems: string[] }> {
  try {
    const entry = await kv.get(lockKey(name), { signal });
    const lock = entry?.session === undefined ? null : holderMessage(readHolder(entry.value));
    return { lock, problems: [] };
  } catch (thrown) {
    return { lock: null, problems: [`whether something is done to it is not known: ${whyUnknown(thrown)}`] };
  }
}

/** What cannot be read, or not while Consul is away, hinders nothing else. @throws anything else as it is */
function whyUnknown(thrown: unknown): string {
  const { code, message } = asCoveyError(thrown);
  if (['invalid', 'unavailable', 'timeout'].includes(code)) return message;
  throw thrown;
}

/** With nothing in it for a holder that is no peer. */
function holderMessage(holder: LockHolder | undefined): LockHolderMessage {
  if (holder === undefined) return {};
  const { operation, node, by = '', since, requestId } = holder;
  return { operation, node, by, since: Date.parse(since) || 0, requestId };
}

/** What was done to it last; null where nothing was. */
async function lastOperation(
  { kv }: Pick<Deps, 'kv'>,
  name: string,
  signal: AbortSignal,
): Promise<{ operation: PastOperation | null; problems: string[] }> {
  try {
    const last = (await operationsOf(kv, name, signal))?.at(-1);
    return { operation: last === undefined ? null : toldOf(last), problems: [] };
  } catch (thrown) {
    return { operation: null, problems: [whyUnknown(thrown)] };
  }
}
