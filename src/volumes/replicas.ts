import path from 'node:path';
import { z } from 'zod';
import type { Logger } from '../logger.ts';
import { mayBeLost, openStateFile } from '../state-file.ts';

/** What this node knows of a volume that it replicates to another node. Times are unix milliseconds. */
const replication = z.object({
  /** When the other node was last known to have the volume's state; 0: never. */
  equalAt: z.number(),
  /** The snapshot that both had then. */
  snapshot: z.string().nullable(),
  /** Why the last try failed, when, and how many have failed in a row; null after one that went well. */
  failure: z.object({ at: z.number(), error: z.string(), tries: z.number().default(1) }).nullable(),
  /** One that was made and has not arrived yet. It is sent again rather than a new one made at each try. */
  pending: z.object({ snapshot: z.string(), at: z.number() }).nullable(),
});

export type Replication = z.output<typeof replication>;

/**
 * The replications of this node, kept on disk so that a restart keeps their rhythm. What is set holds in memory at
 * once; the errors (`failed`) say that it is not on disk.
 */
export interface Replicas {
  of(volume: string, peer: string): Replication;
  /** The snapshots of a volume that any of it names: what both had, and what is on its way. */
  snapshots(volume: string): string[];
  /** `peer` has the state that the volume had at that time. */
  equal(volume: string, peer: string, state: { at: number; snapshot: string }): Promise<void>;
  /** A snapshot of that time is on its way. */
  begun(volume: string, peer: string, pending: { snapshot: string; at: number }): Promise<void>;
  failed(volume: string, peer: string, failure: { at: number; error: string }): Promise<void>;
  /** The nodes that anything is known of. */
  peers(): string[];
  /** Forgets all that was replicated to a node, which has left. */
  forget(peer: string): Promise<void>;
  /** Forgets all volumes but these. */
  retain(volumes: ReadonlySet<string>): Promise<void>;
}

/** Volume -> peer -> what is known. */
const stored = z.record(z.string(), z.record(z.string(), replication));

const NOTHING: Replication = { equalAt: 0, snapshot: null, failure: null, pending: null };

/** Reads `replication.json` of the folder of the peer's state. `onChange` is called after each change. */
export async function openReplicas(
  folder: string,
  logger: Pick<Logger, 'error'>,
  onChange: () => void = () => undefined,
): Promise<Replicas> {
  const file = await openStateFile(path.join(folder, 'replication.json'), {
    schema: stored,
    empty: {},
    loss: mayBeLost(logger, 'every volume is replicated once more, as an increment'),
  });
  const known = file.value;
  const of = (volume: string, peer: string) => known()[volume]?.[peer] ?? NOTHING;

  function keep(replications: z.output<typeof stored>): Promise<void> {
    const writing = file.set(replications);
    onChange();
    return writing;
  }

  function set(volume: string, peer: string, change: Partial<Replication>): Promise<void> {
    return keep({
      ...known(),
      [volume]: { ...known()[volume], [peer]: { ...of(volume, peer), ...change } },
    });
  }

  return {
    of,
    snapshots: (volume) =>
      Object.values(known()[volume] ?? {}).flatMap(({ snapshot, pending }) =>
        [snapshot, pending?.snapshot].filter((name) => name != null),
      ),
    equal: (volume, peer, { at, snapshot }) =>
      set(volume, peer, { equalAt: at, snapshot, failure: null, pending: null }),
    begun: (volume, peer, pending) => set(volume, peer, { pending }),
    failed: (volume, peer, failure) =>
      set(volume, peer, { failure: { ...failure, tries: (of(volume, peer).failure?.tries ?? 0) + 1 } }),
    peers: () => [...new Set(Object.values(known()).flatMap((peers) => Object.keys(peers)))],
    forget: (peer) =>
      file.set(
        Object.fromEntries(
          Object.entries(known()).map(([volume, { [peer]: _, ...others }]) => [volume, others]),
        ),
      ),
    retain: (volumes) =>
      keep(Object.fromEntries(Object.entries(known()).filter(([volume]) => volumes.has(volume)))),
  };
}
