import { createGossip, type Gossip } from '../../../src/gossip/gossip.ts';
import type { Request } from '../../../src/gossip/message.ts';
import type { Entry, NodeState } from '../../../src/gossip/node-state.ts';
import { createReplica, type Replica } from '../../../src/gossip/replica.ts';
import { compareStamps, type Stamp, settled } from '../../../src/gossip/stamp.ts';

/** What one may do to a small cluster. Nodes and requests are given by number, modulo how many there are. */
export type Deed =
  | { do: 'write'; node: number; key: string; value: string | undefined }
  | { do: 'wait'; ms: number }
  | { do: 'exchange'; node: number; with: number; legs: number }
  | { do: 'news'; node: number; to: number; legs: number }
  | { do: 'replay'; request: number; to: number }
  | { do: 'restart'; node: number; clock: number }
  | { do: 'leave'; node: number }
  | { do: 'remove'; node: number; by: number };

interface Node {
  replica: Replica;
  gossip: Gossip;
  /** The highest version of each key of each run that it has ever held. */
  seen: Map<string, number>;
}

/** A few nodes without a network: each deed is done at once, and what all hold can be judged after it. */
export function createWorld(options: { nodes: number; limit: number }) {
  let now = 1_000_000;
  let draws = 0;
  const random = () => (draws++ % 997) / 997;
  const names = Array.from({ length: options.nodes }, (_, index) => `n${index}`);
  /** Everything that each run of each node has ever written, by its version. */
  const histories = new Map<string, Entry[]>();
  /** Everything that was ever sent. */
  const requests: Request[] = [];
  const nodes = names.map((name) => create(name, now));

  function create(node: string, incarnation: number): Node {
    const clock = () => now;
    const keep = { keepTombstones: 50, keepGone: 1e9 };
    // Far apart, and no number twice, however the clock is set back: two runs in the same ms are not what is tried here.
    let first = incarnation * 10_000;
    while (histories.has(`${node}/${first}`)) first += 10_000;
    const replica = createReplica({ node, incarnation: first, now: clock, random, ...keep });
    return { replica, gossip: createGossip({ replica, random, limit: options.limit }), seen: new Map() };
  }

  const at = (index: number) => nodes[index % nodes.length] as Node;

  /** @param legs how many of the three messages arrive */
  function converse(from: Node, to: Node, request: Request, legs: number): void {
    requests.push(request);
    if (legs < 1) return;
    const reply = to.gossip.receive(request);
    if (legs < 2) return;
    const rest = from.gossip.answered(reply);
    if (rest === undefined) return;
    requests.push(rest);
    if (legs > 2) to.gossip.receive(rest);
  }

  function perform(deed: Deed): void {
    if (deed.do === 'write') at(deed.node).replica.write(deed.key, deed.value);
    if (deed.do === 'exchange') {
      const from = at(deed.node);
      if (from !== at(deed.with)) converse(from, at(deed.with), from.gossip.syn(), deed.legs);
    }
    if (deed.do === 'news') {
      const request = at(deed.node).gossip.news();
      if (request) converse(at(deed.node), at(deed.to), request, deed.legs);
    }
    if (deed.do === 'replay' && requests.length > 0)
      at(deed.to).gossip.receive(requests[deed.request % requests.length] as Request);
    if (deed.do === 'leave') at(deed.node).replica.leave();
    if (deed.do === 'remove') at(deed.by).replica.remove(names[deed.node % names.length] as string);
    if (deed.do === 'restart') {
      now += 1;
      const index = deed.node % nodes.length;
      nodes[index] = create(names[index] as string, now + deed.clock);
    }
    if (deed.do === 'wait') {
      now += deed.ms;
      for (const { replica } of nodes) replica.collect();
    }
    for (const { replica } of nodes) remember(replica);
  }

  function remember({ node, states }: Replica): void {
    const { stamp, entries } = states().get(node) as NodeState;
    const name = `${node}/${stamp.incarnation}`;
    const history = histories.get(name) ?? [];
    const last = history.at(-1)?.version ?? 0;
    histories.set(name, [...history, ...entries.filter(({ version }) => version > last)]);
  }
  for (const { replica } of nodes) remember(replica);

  /** What is wrong with what somebody holds of a node, in words. */
  function faultOf({ stamp, entries }: NodeState): string | undefined {
    const what = JSON.stringify({ stamp, entries });
    const history = histories.get(`${stamp.node}/${stamp.incarnation}`);
    if (!history) return `a run that never was: ${what}`;
    if (stamp.goneAt > 0) return entries.length > 0 ? `entries of a run that is over: ${what}` : undefined;
    const versions = entries.map(({ version }) => version);
    if (versions.some((version, index) => version <= (versions[index - 1] ?? 0))) return `disorder: ${what}`;
    for (const { key, version, value } of entries) {
      const origin = history.find((written) => written.version === version);
      if (origin?.key !== key || origin.value !== value) return `${key} was never written so: ${what}`;
      // A change of the key that is still to come may already have taken the place of the one in between.
      const latest = history.findLast((other) => other.key === key);
      if (latest && latest.version > version && latest.version <= settled(stamp))
        return `${key} of version ${version} is dead since ${latest.version}: ${what}`;
    }
    for (const written of history) {
      const isLast = history.findLast(({ key }) => key === written.key) === written;
      const wanted = written.value !== undefined || written.version > stamp.floor;
      if (isLast && wanted && written.version <= stamp.version && !versions.includes(written.version))
        return `${written.key} of version ${written.version} is missing: ${what}`;
    }
    return undefined;
  }

  /** What is wrong with what the nodes hold, in words: a dead entry, one that is missing, or one that was newer before. */
  function faults(): string[] {
    return nodes.flatMap(({ replica, seen }) =>
      [...replica.states().values()].flatMap((state) => {
        const { node, incarnation } = state.stamp;
        const back = state.entries.filter(({ key, version }) => {
          const name = `${node}/${incarnation}/${key}`;
          const before = seen.get(name) ?? 0;
          seen.set(name, Math.max(before, version));
          return version < before;
        });
        const fault = faultOf(state);
        return [
          ...(fault === undefined ? [] : [fault]),
          ...back.map(({ key }) => `${replica.node} had a newer ${key} of ${node}`),
        ];
      }),
    );
  }

  function agree(): boolean {
    const live = nodes.filter(({ replica }) => own(replica).goneAt === 0);
    const everybody = new Set(live.flatMap(({ replica }) => [...replica.states().keys()]));
    return [...everybody].every((name) => {
      const truth = live.find(({ replica }) => replica.node === name) ?? live[0];
      const stamp = truth?.replica.states().get(name)?.stamp;
      return live.every(({ replica }) => {
        const held = replica.states().get(name)?.stamp;
        return held !== undefined && stamp !== undefined && compareStamps(held, stamp) === 0;
      });
    });
  }

  return { nodes, perform, faults, agree };
}

const own = (replica: Replica) => replica.states().get(replica.node)?.stamp as Stamp;
