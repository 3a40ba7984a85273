import { appChanges } from './app-changes.ts';
import { containerChanges } from './container-changes.ts';
import { nodeChanges } from './node-changes.ts';
import type { Occurrence } from './occurrence.ts';
import { hasTold, replicaKey, type Seen } from './seen.ts';

/** What has happened from one moment to a later one. What a picture does not know yet is no change. */
export function diff(before: Seen, after: Seen): Occurrence[] {
  return [
    ...consulChanges(before, after),
    ...nodeChanges(before, after),
    ...appChanges(before, after),
    ...containerChanges(before, after),
    ...quarantineChanges(before, after),
    ...replicaChanges(before, after),
    ...divergedData(before, after),
  ];
}

function consulChanges(before: Seen, { at, self: node, consulAnswers }: Seen): Occurrence[] {
  if (before.consulAnswers === consulAnswers) return [];
  if (consulAnswers)
    return [{ kind: 'consul.back', at, node, text: `Consul answers on ${node} again`, details: {} }];
  const text = `Consul does not answer on ${node}: no operations, records and members are told from there`;
  return [{ kind: 'consul.lost', at, node, text, details: {} }];
}

interface Refused {
  app: string;
  part: string;
  error: string;
  node?: string;
}

/** A record, or a swarm key, that cannot be read is refused by all nodes: it is told once, and not of a node. */
function refusedIn({ nodes }: Seen): Map<string, Refused> {
  const found = nodes.flatMap(({ name = '', quarantines = [] }) =>
    quarantines.map(({ app = '', part = '', error = '' }): Refused => {
      return { app, part, error, ...(part !== 'record' && part !== 'swarm' && { node: name }) };
    }),
  );
  return new Map(found.map((each) => [[each.app, each.part, each.node ?? ''].join(' '), each]));
}

function quarantineChanges(before: Seen, after: Seen): Occurrence[] {
  const { at } = after;
  const told = (seen: Seen): Seen => ({
    ...seen,
    nodes: seen.nodes.filter(({ name }) =>
      [before, after].every(({ nodes }) => nodes.some((node) => node.name === name && hasTold(node))),
    ),
  });
  const were = refusedIn(told(before));
  const are = refusedIn(told(after));
  const onNode = ({ node }: Refused) => (node === undefined ? '' : ` on ${node}`);
  return [
    ...[...are]
      .filter(([key]) => !were.has(key))
      .map(([, refused]): Occurrence => {
        const { error, part, ...about } = refused;
        const text = `${about.app}${onNode(refused)} is in quarantine (${part}): ${error}`;
        return { kind: 'quarantine.begun', at, ...about, text, details: { part, error } };
      }),
    ...[...were]
      .filter(([key]) => !are.has(key))
      .map(([, refused]): Occurrence => {
        const { error: _, part, ...about } = refused;
        const text = `${about.app}${onNode(refused)} is in quarantine no more (${part})`;
        return { kind: 'quarantine.ended', at, ...about, text, details: { part } };
      }),
  ];
}

function replicaChanges(before: Seen, after: Seen): Occurrence[] {
  const were = new Map(before.replicas.map((each) => [replicaKey(each), each.state]));
  return after.replicas.flatMap((each): Occurrence[] => {
    const { app, volume, master, slave, state, text } = each;
    const was = were.get(replicaKey(each)) ?? 'unknown';
    if (state === was || state === 'unknown') return [];
    const about = { at: after.at, app, node: master, details: { volume, slave } };
    if (state === 'failed') return [{ kind: 'replication.failed', ...about, text }];
    if (state === 'late') return [{ kind: 'replication.late', ...about, text }];
    if (was === 'unknown') return [];
    return [
      { kind: 'replication.well', ...about, text: `replication of ${volume} to ${slave} is well again` },
    ];
  });
}

function divergedData(before: Seen, after: Seen): Occurrence[] {
  return after.nodes.flatMap((node) => {
    const old = before.nodes.find(({ name }) => name === node.name);
    if (old === undefined || !hasTold(old) || !hasTold(node)) return [];
    const were = new Set((old.volumes ?? []).flatMap(({ diverged = [] }) => diverged));
    return (node.volumes ?? []).flatMap(({ app = '', volume = '', diverged = [] }) =>
      diverged
        .filter((snapshot) => !were.has(snapshot))
        .map((snapshot): Occurrence => {
          const { name = '' } = node;
          const text = `${name} keeps data of ${app} that its master does not have: snapshot ${snapshot}`;
          return {
            kind: 'data.diverged',
            at: after.at,
            app,
            node: name,
            text,
            details: { volume, snapshot },
          };
        }),
    );
  });
}
