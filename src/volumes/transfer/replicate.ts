import type { Store } from '../store.ts';
import { isMadeOf, isUnchangedSince } from '../unchanged.ts';
import { type HandOffOptions, handOff } from './handoff.ts';
import type { Sent } from './send.ts';

export interface ReplicateOptions extends Omit<HandOffOptions, 'store' | 'snapshot'> {
  store: HandOffOptions['store'] & Pick<Store, 'root' | 'volumePath'>;
  /** How old what is sent may be, in milliseconds. */
  every: number;
  /** A snapshot that an earlier try made and could not send, and its time. */
  pending: { snapshot: string; at: number } | null;
  /** Told of a new snapshot before it is sent. */
  onSnapshot: (made: { snapshot: string; at: number }) => Promise<void>;
}

/**
 * One round of replication: afterwards the other node has the state that the volume had `at` (unix ms).
 *
 * A volume that has not changed since the newest state in common costs no snapshot and no data: that state is offered
 * again, which the other node answers with "I have it". It is asked all the same, as it may have lost its copy, and
 * a replica that is believed in and not there is worse than none. Tries that fail do not pile up snapshots: one that
 * could not be sent is sent again while it is young enough, or nothing has changed since; but never one of a state that a
 * restore has replaced.
 * Errors: as `handOff`.
 */
export async function replicate(options: ReplicateOptions): Promise<Sent & { at: number }> {
  const { snapshot, at } = await toSend(options);
  return { ...(await handOff({ ...options, snapshot })), at };
}

async function toSend(options: ReplicateOptions): Promise<{ snapshot: string; at: number }> {
  const { store, pins, volume, to, every, signal, onSnapshot } = options;
  const at = Date.now();
  const isUnchanged = (snapshot: string) => isUnchangedSince(store, volume, snapshot, { signal });
  const common = pins.common(volume, to).at(-1);
  if (common !== undefined && (await isUnchanged(common))) return { snapshot: common, at };
  const pending = await ifThere(options);
  if (pending && (await isUnchanged(pending.snapshot))) return { ...pending, at };
  if (pending && at - pending.at < every && (await isMadeOf(store, volume, pending.snapshot, { signal })))
    return pending;
  const made = { snapshot: await store.snapshot(volume, { signal }), at };
  await onSnapshot(made);
  return made;
}

/** The pending one, unless somebody removed it. */
async function ifThere({ store, volume, pending }: ReplicateOptions) {
  if (pending === null) return null;
  const all = await store.snapshots(volume);
  return all.some(({ name }) => name === pending.snapshot) ? pending : null;
}
