import type { Duplex } from 'node:stream';
import { asCoveyError, CoveyError } from '../../errors.ts';
import { assertSnapshotName } from '../snapshot-name.ts';
import type { Snapshot, Store } from '../store.ts';
import { startSend } from './child.ts';
import { estimateStream } from './estimate.ts';
import { createLink, type Link, type LinkTimes } from './link.ts';
import { candidates, identityOf } from './parents.ts';
import type { Pins } from './pins.ts';
import { createMeter, type Meter, type TransferProgress } from './progress.ts';

/** On whose behalf a transfer is made; the receiver checks it before anything else. */
export interface Mandate {
  /** The app that it is done for: the volume's own, or one that gets the volume's data. */
  app: string;
  /** Fencing number of the app's lock; null for a replica by schedule, which the record allows instead. */
  fence: number | null;
  /** Id of the operation. */
  operation: string;
}

export interface SendOptions extends Mandate {
  store: Pick<Store, 'snapshots' | 'snapshotPath'>;
  pins: Pins;
  /** What to send: the name of a snapshot on this node. */
  snapshot: string;
  /** The other node keeps it for one operation only: nothing is pinned. */
  passing?: boolean | undefined;
  /** Name of the node that gets it. */
  to: string;
  /** Opens a stream to that node; it is the transfer's from then on. */
  open: (to: string, signal: AbortSignal | undefined) => Promise<Duplex>;
  signal?: AbortSignal | undefined;
  times?: Partial<LinkTimes> | undefined;
  onProgress?: ((progress: TransferProgress) => void) | undefined;
}

/** A transfer that ended well: the snapshot is on the other node, whole and on its disk. */
export interface Sent {
  snapshot: string;
  /** Length of the stream; 0 if the other node had it already. */
  bytes: number;
  durationMs: number;
  /** The snapshot that the increment started from; null for a full copy, or none at all. */
  parent: string | null;
}

/**
 * Sends a snapshot to another node, as an increment where both have a state in common. The same one again costs
 * nothing. Afterwards it is pinned here as the common state with that node, unless it is `passing`.
 * Errors: `not-found` (no such snapshot here), `conflict` (it is writable, or the name is taken there), `denied` or
 * `refused` by the other node (also when its disk is full), `unavailable` and `timeout` when the connection is lost or
 * silent, `cancelled`, `failed`. The other node has then either all of it or nothing.
 */
export async function sendVolume(options: SendOptions): Promise<Sent> {
  const { store, pins, to, signal, onProgress = () => undefined } = options;
  const { volume } = assertSnapshotName(options.snapshot);
  const all = await store.snapshots(volume);
  const snapshot = all.find(({ name }) => name === options.snapshot);
  if (!snapshot) throw new CoveyError('not-found', `There is no snapshot ${options.snapshot} on this node`);
  if (!snapshot.subvolume.readonly) {
    throw new CoveyError('conflict', `${options.snapshot} is writable, so it is no finished snapshot`, {
      hint: 'It may be what a broken transfer left behind. Send another one.',
    });
  }
  const offered = candidates(all, snapshot);
  using _held = pins.hold([snapshot.name, ...offered.map(({ name }) => name)]);
  const link = createLink(await options.open(to, signal), { other: to, signal, times: options.times });
  const meter = createMeter(onProgress);
  try {
    const { app, fence, operation, passing } = options;
    const identity = identityOf(snapshot);
    link.send({
      kind: 'hello',
      version: 1,
      app,
      fence,
      operation,
      volume,
      snapshot: snapshot.name,
      identity,
      passing,
      parents: offered,
    });
    const { have, parent } = await link.receive('answer');
    if (parent !== null && !offered.some(({ name }) => name === parent)) {
      throw new CoveyError('invalid', `${to} asks for an increment from ${parent}, which was not offered`);
    }
    if (!have) {
      const since = all.find(({ name }) => name === parent) ?? null;
      await stream(link, store, snapshot, since, meter);
    }
    const verdict = await link.receive('verdict');
    if (verdict.landed !== snapshot.name || verdict.identity !== identity) {
      throw new CoveyError(
        'failed',
        `${to} has ${verdict.landed} (${verdict.identity}) instead of ${snapshot.name}`,
      );
    }
    // First here, then there: at every moment one state is pinned on both sides.
    if (!passing) await pins.settle(snapshot.name, to);
    link.send({ kind: 'settled' });
    await link.close();
    return { snapshot: snapshot.name, bytes: meter.bytes(), durationMs: meter.elapsedMs(), parent };
  } catch (thrown) {
    const error = asCoveyError(thrown);
    await link.fail(error);
    throw error;
  } finally {
    meter.stop();
  }
}

async function stream(
  link: Link,
  store: SendOptions['store'],
  snapshot: Snapshot,
  parent: Snapshot | null,
  meter: Pick<Meter, 'add' | 'expect'>,
): Promise<void> {
  const stop = new AbortController();
  const signal = AbortSignal.any([link.signal, stop.signal]);
  const from = store.snapshotPath(snapshot.name);
  const child = startSend(from, parent === null ? null : store.snapshotPath(parent.name), signal);
  // Beside it: nothing fails without what only tells how long it takes, and nothing waits for it. It ends with the
  // transfer, though not at once where it just waits for the disk: the command begins with a sync.
  void estimateStream(from, parent?.subvolume ?? null, signal).then(meter.expect, () => undefined);
  let bytes = 0;
  try {
    await link.sendAll(child.stream, (count) => {
      bytes += count;
      meter.add(count);
    });
    await child.done;
  } finally {
    stop.abort();
    await child.done.catch(() => undefined); // thrown above, or it only says that it was stopped
  }
  link.send({ kind: 'end', bytes });
}
