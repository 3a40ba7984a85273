import { projectOf } from '../app/identity.ts';
import type { Member } from '../consul/members.ts';
import type { Engine } from '../docker/engine.ts';
import { asCoveyError, CoveyError } from '../errors.ts';
import type { HeldSnapshot } from '../generated/covey/v1/HeldSnapshot.ts';
import type { NodeSnapshotsReply } from '../generated/covey/v1/NodeSnapshotsReply.ts';
import type { NodeSnapshotsRequest__Output } from '../generated/covey/v1/NodeSnapshotsRequest.ts';
import type { SnapshotsReply } from '../generated/covey/v1/SnapshotsReply.ts';
import type { SnapshotsRequest__Output } from '../generated/covey/v1/SnapshotsRequest.ts';
import type { Handler } from '../rpc/handler.ts';
import { bySnapshotDate, newestOf, parseSnapshotName, type SnapshotName } from '../volumes/snapshot-name.ts';
import type { Deps } from './deps.ts';
import type { NodeDeps } from './node.ts';
import { loadRecords } from './records.ts';

/** The snapshots that this node has of an app's volumes, and which of some images. */
export function snapshotsHere({
  store,
  engine,
}: Pick<NodeDeps, 'store'> & { engine: Pick<Engine, 'hasImage'> }): Handler<
  NodeSnapshotsRequest__Output,
  NodeSnapshotsReply
> {
  return async ({ project, volumes, images }, { signal }) => {
    const all = (await store.snapshots()).filter(
      ({ volume }) => volumes.includes(volume) || (project !== '' && volume.startsWith(`${project}_`)),
    );
    const names = (readonly: boolean) =>
      all.filter(({ subvolume }) => subvolume.readonly === readonly).map(({ name }) => name);
    const isHere = await Promise.all(images.map((id) => engine.hasImage(id, { signal })));
    return {
      snapshots: names(true),
      unfinished: names(false),
      images: images.filter((_, index) => isHere[index]),
    };
  };
}

/** All snapshots of an app's volumes, on every node. */
export function snapshots(deps: Deps): Handler<SnapshotsRequest__Output, SnapshotsReply> {
  return async ({ app, node }, { signal }) => {
    const { readable, unreadable } = await loadRecords(deps.kv, signal);
    const record = readable.find(({ name }) => name === app)?.record;
    const isKnown = record !== undefined || unreadable.some(({ name }) => name === app);
    const about = { project: projectOf(app), volumes: record?.volumes ?? [] };
    const problems: string[] = [];
    const asked = asksOf(await deps.members(), node);
    const held = await Promise.all(
      asked.map(async (member) => {
        try {
          return rowsOf(member.name, await ask(deps, member, about, signal));
        } catch (thrown) {
          problems.push(`${member.name}: ${asCoveyError(thrown).message}`);
          return [];
        }
      }),
    );
    const rows = held
      .flat()
      .toSorted((a, b) => bySnapshotDate(a.parsed, b.parsed) || (a.node < b.node ? -1 : 1));
    if (!isKnown && rows.length === 0 && problems.length === 0) {
      throw new CoveyError('not-found', `There is no app ${app}, and no snapshot of its volumes.`, {
        hint: 'covey apps lists the apps. One that was destroyed is found by the name that it had.',
      });
    }
    return { snapshots: rows.map(({ parsed: _, ...row }) => row), problems: problems.sort() };
  };
}

/** @throws CoveyError `not-found` */
function asksOf(members: Member[], node: string): Member[] {
  if (node === '') return members.filter(({ state }) => state !== 'left');
  const found = members.filter(({ name }) => name === node);
  if (found.length > 0) return found;
  throw new CoveyError('not-found', `There is no node ${node}.`, { hint: 'covey nodes lists them.' });
}

async function ask(
  { nodes, bounds }: Deps,
  { name, state }: Member,
  about: { project: string; volumes: string[] },
  signal: AbortSignal,
): Promise<NodeSnapshotsReply> {
  // What Consul says of a node that is not alive.
  if (state !== 'alive') throw new CoveyError('unavailable', `it is not alive: Consul says "${state}"`);
  return nodes.snapshots(name, about, AbortSignal.any([signal, AbortSignal.timeout(bounds.observe)]));
}

/** The snapshots of one node, the newest plain one of each volume marked. */
function rowsOf(
  node: string,
  { snapshots = [], unfinished = [] }: NodeSnapshotsReply,
): (HeldSnapshot & { node: string; parsed: SnapshotName })[] {
  const whole = snapshots.flatMap((name) => parseSnapshotName(name) ?? []);
  const byVolume = Map.groupBy(whole, ({ volume }) => volume);
  const newest = new Set([...byVolume.values()].flatMap((names) => newestOf(names)?.name ?? []));
  const row = (parsed: SnapshotName, kind: string) => ({
    node,
    volume: parsed.volume,
    name: parsed.name,
    at: Math.floor((parsed.at ?? 0) / 1000),
    kind,
    mark: parsed.mark ?? '',
    newest: newest.has(parsed.name),
    parsed,
  });
  return [
    ...whole.map((parsed) => row(parsed, parsed.kind)),
    ...unfinished.flatMap((name) => parseSnapshotName(name) ?? []).map((parsed) => row(parsed, 'unfinished')),
  ];
}
