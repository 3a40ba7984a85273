import type { Entry } from '../gossip/node-state.ts';
import { type Fact, type Kind, keyOf, kinds } from './facts.ts';

/** Changes one entry of what this node tells; undefined deletes it. */
export type Write = (key: string, value: string | undefined) => void;

/** Tells all facts of one kind that there are now, by name; those that are there no more are deleted. */
export interface Teller {
  tell<K extends Kind>(kind: K, facts: ReadonlyMap<string | undefined, Fact<K>>): void;
}

export function createTeller(write: Write): Teller {
  const told = new Map<Kind, Set<string>>();
  return {
    tell: (kind, facts) => {
      const before = told.get(kind) ?? new Set();
      const now = new Set<string>();
      for (const [name, fact] of facts) {
        const key = keyOf(kind, name);
        now.add(key);
        write(key, JSON.stringify(kinds[kind].parse(fact)));
      }
      told.set(kind, now);
      for (const key of before) if (!now.has(key)) write(key, undefined);
    },
  };
}

/** A fact, as another node tells it; undefined where this version of covey does not understand it. */
export function factIn<K extends Kind>(kind: K, { key, value }: Entry): Fact<K> | undefined {
  if (value === undefined || (key !== kind && !key.startsWith(`${kind}/`))) return undefined;
  try {
    return kinds[kind].parse(JSON.parse(value)) as Fact<K>;
  } catch {
    // Of another version of covey: what it tells besides is understood all the same.
    return undefined;
  }
}
