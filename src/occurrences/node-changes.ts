import type { Occurrence } from './occurrence.ts';
import { type Lost, lostNodes, present } from './presence.ts';
import type { Seen } from './seen.ts';

/** How long a node has to fail to reach another one before it is told, in ms: first it is to be seen whether that one is lost. */
const CUT_OFF = 15_000;

/** What has become of the members: who came, went, is lost or back, and who does not reach whom. */
export function nodeChanges(before: Seen, after: Seen): Occurrence[] {
  return [...comings(before, after), ...losses(before, after), ...versions(before, after)];
}

function comings(before: Seen, after: Seen): Occurrence[] {
  if (before.members === undefined) return [];
  const { at } = after;
  const were = new Set(present(before).map(({ name }) => name));
  const are = new Map(present(after).map((member) => [member.name, member]));
  const joined = [...are.values()].filter(({ name }) => !were.has(name));
  const left = [...were].filter((name) => !are.has(name));
  return [
    ...joined.map(({ name: node, address }): Occurrence => {
      const text = `${node} (${address}) has joined the cluster`;
      return { kind: 'node.joined', at, node, text, details: { address } };
    }),
    ...left.map((node): Occurrence => {
      return { kind: 'node.left', at, node, text: `${node} has left the cluster`, details: {} };
    }),
  ];
}

function losses(before: Seen, after: Seen): Occurrence[] {
  const { at } = after;
  const were = lostNodes(before);
  const are = lostNodes(after);
  const known = new Set([...before.nodes.map(({ name = '' }) => name), ...present(before).map(nameOf)]);
  const isHere = new Set(present(after).map(nameOf));
  const lost = [...are].filter(([node]) => known.has(node) && !were.has(node));
  const back = [...were.keys()].filter((node) => isHere.has(node) && !are.has(node));
  const cut = cutOffs(after, are);
  const wasCut = new Set(cutOffs(before, were).map(pairKey));
  const reached = reaches(after).filter(({ reached }) => reached);
  return [
    ...lost.map(([node, cause]): Occurrence => {
      return { kind: 'node.lost', at, node, text: reasonOf(node, cause), details: { cause } };
    }),
    ...back.map((node): Occurrence => {
      return { kind: 'node.back', at, node, text: `${node} is back`, details: {} };
    }),
    ...cut
      .filter((pair) => !wasCut.has(pairKey(pair)))
      .map(({ from, to }): Occurrence => {
        const text = `${from} does not reach the peer of ${to}`;
        return { kind: 'reach.lost', at, node: from, text, details: { to } };
      }),
    ...reached
      .filter((pair) => wasCut.has(pairKey(pair)))
      .map(({ from, to }): Occurrence => {
        const text = `${from} reaches the peer of ${to} again`;
        return { kind: 'reach.back', at, node: from, text, details: { to } };
      }),
  ];
}

const nameOf = ({ name }: { name: string }) => name;

const reasonOf = (node: string, cause: Lost): string =>
  cause === 'consul'
    ? `${node} is lost: Consul says that it has failed`
    : `${node} is lost: no node reaches its peer`;

interface Pair {
  from: string;
  to: string;
  reached: boolean;
  since: number;
}

const pairKey = ({ from, to }: Pair): string => `${from} ${to}`;

function reaches({ nodes }: Seen): Pair[] {
  return nodes.flatMap(({ name: from = '', reach = [] }) =>
    reach.map(({ node: to = '', reached = false, since = 0 }) => ({
      from,
      to,
      reached,
      since: Number(since),
    })),
  );
}

/** Of two that are both there: what a lost one tells is old. */
function cutOffs(seen: Seen, lost: ReadonlyMap<string, Lost>): Pair[] {
  const here = new Set(present(seen).map(nameOf));
  return reaches(seen).filter(
    ({ from, to, reached, since }) =>
      !reached && !lost.has(from) && !lost.has(to) && here.has(to) && seen.at - since >= CUT_OFF,
  );
}

function versions(before: Seen, after: Seen): Occurrence[] {
  const were = new Map(before.nodes.map(({ name, version = '' }) => [name, version]));
  return after.nodes.flatMap(({ name: node = '', version = '' }): Occurrence[] => {
    const was = were.get(node) ?? '';
    if (was === '' || version === '' || was === version) return [];
    const text = `the peer of ${node} runs version ${version}, before ${was}`;
    return [{ kind: 'node.version', at: after.at, node, text, details: { version, before: was } }];
  });
}
