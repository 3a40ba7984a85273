import type { Fact } from '../observed/facts.ts';

/** How this node reaches another one. */
export interface Contact {
  /** False from the second conversation in a row that failed: one may be the network's hiccup. */
  reached: boolean;
  /** Since when, in unix ms. */
  since: number;
  /** Conversations that failed in a row. */
  failures: number;
  /** Why the last one did. */
  error?: unknown;
}

const FAILURES = 2;

/** What became of the conversations with each of the others. */
export interface Contacts {
  note(node: string, error: unknown): Contact;
  /** Of nodes that it has talked with, or tried to. */
  all(): ReadonlyMap<string, Contact>;
  /** Those that did not answer the last time. */
  failing(): string[];
  /** Forgets all but these. */
  keep(nodes: ReadonlySet<string>): void;
}

export function createContacts(now: () => number): Contacts {
  const contacts = new Map<string, Contact>();
  /** When the failures of a node that fails began. */
  const began = new Map<string, number>();

  return {
    note: (node, error) => {
      const before = contacts.get(node);
      if (error === undefined) {
        began.delete(node);
        const since = before?.reached ? before.since : now();
        const contact = { reached: true, since, failures: 0 };
        contacts.set(node, contact);
        return contact;
      }
      if (!began.has(node)) began.set(node, now());
      const failures = (before?.failures ?? 0) + 1;
      const isLost = failures >= FAILURES || before === undefined;
      const since = isLost ? (began.get(node) ?? now()) : (before?.since ?? now());
      const contact = { reached: !isLost, since, failures, error };
      contacts.set(node, contact);
      return contact;
    },
    all: () => contacts,
    failing: () => [...contacts].filter(([, { failures }]) => failures > 0).map(([node]) => node),
    keep: (nodes) => {
      for (const node of contacts.keys()) {
        if (nodes.has(node)) continue;
        contacts.delete(node);
        began.delete(node);
      }
    },
  };
}

/** What this node tells the others of that, by name of the other. */
export function reachFacts({ all }: Contacts): Map<string, Fact<'reach'>> {
  return new Map([...all()].map(([node, { reached, since }]) => [node, { node, reached, since }]));
}
