import { LEASE_PREFIX } from '../app/keys.ts';
import { type Lease, parseLease } from './value.ts';

/** What was last seen of a node's lease. Moments are those of the clock that was given. */
interface Sign {
  lease: Lease;
  /** When it was first seen as its holder wrote it. */
  changedAt: number;
  hasChanged: boolean;
  /** The latest sign of life of the holder, of whatever kind; never before the lease was seen. */
  seenAt: number;
}

/** A node's lease as this one sees it now. Spans are in milliseconds. */
export interface SeenLease {
  lease: Lease;
  /** Since this node saw its holder change it; since it saw it first, where that never happened. */
  silentFor: number;
  /** It has been seen to change, so its holder was there since this node looks on. */
  hasChanged: boolean;
  /** From then to the latest sign of life of the holder, of whatever kind. */
  seenAfter: number;
}

/** Remembers when others gave a sign of life. */
export interface Signs {
  /** All leases, as Consul has them now. */
  leases(entries: readonly { key: string; value: string }[]): void;
  /** The node was alive then, at the latest; it may have been later. */
  alive(node: string, at: number): void;
  of(node: string): SeenLease | undefined;
}

export function createSigns(now: () => number): Signs {
  const signs = new Map<string, Sign>();
  const readOne = (node: string, value: string): void => {
    const lease = parseLease(value);
    const before = signs.get(node);
    if (lease === undefined) {
      signs.delete(node);
      return;
    }
    // Who takes a lease writes it too, and that is no sign of its holder.
    const isSame = before?.lease.incarnation === lease.incarnation && before.lease.counter === lease.counter;
    if (before && isSame) signs.set(node, { ...before, lease });
    else signs.set(node, { lease, changedAt: now(), hasChanged: before !== undefined, seenAt: now() });
  };
  return {
    leases: (entries) => {
      const named = new Set(entries.map(({ key }) => key));
      for (const node of signs.keys()) if (!named.has(`${LEASE_PREFIX}${node}`)) signs.delete(node);
      for (const { key, value } of entries) readOne(key.slice(LEASE_PREFIX.length), value);
    },
    alive: (node, at) => {
      const sign = signs.get(node);
      if (sign && at > sign.seenAt) signs.set(node, { ...sign, seenAt: at });
    },
    of: (node) => {
      const sign = signs.get(node);
      if (sign === undefined) return undefined;
      const { lease, changedAt, hasChanged, seenAt } = sign;
      return { lease, hasChanged, silentFor: now() - changedAt, seenAfter: seenAt - changedAt };
    },
  };
}
