import type { Member } from '../consul/members.ts';
import type { NodeState } from '../gossip/node-state.ts';
import { toldBy } from '../observed/told.ts';

/** How long a node may be missing among Consul's members before it counts as gone: others hear of a new one at other times. */
const MISSING_FOR = 60_000;

/** With whom a node may talk, and who has left, from what Consul says and what gossip has brought. */
export interface GossipPeers {
  /** What Consul says now, and whether it answers. */
  update(members: readonly Member[]): void;
  lost(): void;
  /** What it said last; undefined before it said anything. */
  members(): readonly Member[] | undefined;
  /** Whether it answers. */
  answers(): boolean;
  /** Of any node that has not left. */
  addressOf(node: string): string | undefined;
  /** Of them, those that Consul calls failed. */
  failed(): string[];
  /** Addresses by name. Without Consul: of all that are known, by its last word or by gossip. */
  others(): Map<string, string>;
  /** Nodes whose entries are held, and of which Consul says that they have left, or knows nothing for a minute. */
  departed(): string[];
}

export function createGossipPeers(deps: {
  node: string;
  states: () => ReadonlyMap<string, NodeState>;
  now: () => number;
}): GossipPeers {
  const { node, states, now } = deps;
  let members = new Map<string, Member>();
  let said: readonly Member[] | undefined;
  let answers = false;
  /** Since when they are missing, or when they were last said to be gone. */
  const missing = new Map<string, number>();

  function others(): Map<string, string> {
    const found = new Map<string, string>();
    for (const state of answers ? [] : states().values()) {
      const address = toldBy(state).peer?.address;
      if (address !== undefined) found.set(state.stamp.node, address);
    }
    for (const { name, address, state } of members.values()) {
      if (state === 'alive') found.set(name, address);
      // Without its agent nobody tells this node who is back.
      else if (answers) found.delete(name);
    }
    found.delete(node);
    return found;
  }

  return {
    update: (list) => {
      said = list;
      members = new Map(list.map((member) => [member.name, member]));
      answers = true;
    },
    lost: () => {
      answers = false;
    },
    members: () => said,
    answers: () => answers,
    addressOf: (name) => {
      const member = members.get(name);
      return member === undefined || member.state === 'left' ? others().get(name) : member.address;
    },
    failed: () =>
      [...members.values()]
        .filter(({ name, state }) => state === 'failed' && name !== node)
        .map(({ name }) => name),
    others,
    departed: () => {
      if (!answers) return [];
      const gone: string[] = [];
      for (const { stamp } of states().values()) {
        const state = members.get(stamp.node)?.state;
        if (stamp.node === node || stamp.goneAt > 0 || (state !== undefined && state !== 'left')) {
          if (state !== 'left') missing.delete(stamp.node);
          continue;
        }
        const since = missing.get(stamp.node) ?? (state === 'left' ? 0 : now());
        // A peer that runs on though its Consul has left says so; it is not to be asked more than once a minute.
        missing.set(stamp.node, since);
        if (since + MISSING_FOR > now()) continue;
        missing.set(stamp.node, now());
        gone.push(stamp.node);
      }
      return gone;
    },
  };
}
