import { z } from 'zod';

// What a node tells the others of itself, one entry of gossip for each thing, so that a change costs no more than itself.
// A name or a text that comes from outside is cut, since an entry has a bound (ENTRY_LIMIT of src/gossip).

/** Longest text of an error, in characters; those of Caddy and HAProxy are shorter, but for a stack of them. */
const TEXT = 1_000;
/** Most names of diverged snapshots of one volume. */
const NAMES = 20;

const cut = z.string().transform((text) => (text.length > TEXT ? `${text.slice(0, TEXT - 1)}…` : text));

/** Where its peer is, and of which version. */
const peerFact = z.object({ version: z.string(), address: z.string() });

/** It follows the records, and serves them up to this generation. */
const servingFact = z.object({ generation: z.number() });

const containerFact = z.object({
  app: z.string(),
  service: z.string(),
  name: z.string(),
  state: z.string(),
  health: z.string(),
  restarts: z.number(),
  /** These an older peer does not tell. */
  down: z.boolean().default(false),
  oneOff: z.boolean().default(false),
});

const quarantineFact = z.object({ app: z.string(), part: z.string(), error: cut });

const volumeFact = z.object({
  volume: z.string(),
  app: z.string(),
  live: z.boolean(),
  snapshots: z.number(),
  newest: z.string(),
  newestAt: z.number(),
  diverged: z.array(z.string()).transform((names) => names.slice(0, NAMES)),
  replicatedTo: z.string(),
  replicatedAt: z.number(),
  intervalMs: z.number(),
  replicationError: cut,
});

const loadFact = z.object({
  load: z.number(),
  cpus: z.number(),
  memoryBytes: z.number(),
  memoryAvailableBytes: z.number(),
  storeBytes: z.number(),
  storeFreeBytes: z.number(),
});

const reachFact = z.object({ node: z.string(), reached: z.boolean(), since: z.number() });

/** All kinds of facts: the first part of an entry's key. Those with a second part there may be many of. */
export const kinds = {
  peer: peerFact,
  serving: servingFact,
  load: loadFact,
  container: containerFact,
  quarantine: quarantineFact,
  volume: volumeFact,
  reach: reachFact,
} as const;

export type Kind = keyof typeof kinds;

export type Fact<K extends Kind> = z.output<(typeof kinds)[K]>;

/** The key of the only fact of its kind. */
export const keyOf = (kind: Kind, name?: string) => (name === undefined ? kind : `${kind}/${name}`);
