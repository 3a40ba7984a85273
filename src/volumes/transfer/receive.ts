import type { Duplex } from 'node:stream';
import { asCoveyError, CoveyError } from '../../errors.ts';
import { snapshotSubvolume } from '../btrfs.ts';
import { keyedLock } from '../keyed-lock.ts';
import { assertSnapshotName } from '../snapshot-name.ts';
import type { Snapshot, Store } from '../store.ts';
import { startReceive } from './child.ts';
import type { VolumeGuard } from './guard.ts';
import { createLink, type Link, type LinkTimes } from './link.ts';
import type { Hello } from './messages.ts';
import { commonParent, withIdentity } from './parents.ts';
import type { Pins } from './pins.ts';
import type { Mandate } from './send.ts';
import { findsParents, openStaging, sweepStaging } from './staging.ts';

export interface ReceiverDeps {
  store: Pick<Store, 'root' | 'snapshots' | 'snapshotPath'>;
  pins: Pins;
  guard: Pick<VolumeGuard, 'transfer'>;
  /**
   * Asked before anything is received, and again right before it lands: who lost the app meanwhile must not land
   * anything. Its error is the sender's answer. Here a stale fencing number is refused.
   */
  admit: (request: Mandate & { volume: string; snapshot: string; from: string }) => Promise<void>;
  log: { info(fields: object, message: string): void; warn(fields: object, message: string): void };
  times?: Partial<LinkTimes> | undefined;
}

/** What came. */
interface Received {
  snapshot: string;
  from: string;
  /** Length of the stream; 0 if the snapshot was here already. */
  bytes: number;
  /** Our own name of the snapshot that the increment started from. */
  parent: string | null;
}

/**
 * Takes one snapshot from a peer: in the end `snapshots/<name>` is there whole and on the disk, or nothing is. The
 * stream is its own. Errors have been told to the sender: `denied` for who is no peer, `conflict` if the name is taken
 * by another content, `refused` if the disk is full, and those of a lost connection.
 */
export type ReceiveVolume = (
  socket: Duplex,
  caller: { name: string; role: string },
  signal?: AbortSignal,
) => Promise<Received>;

/** Removes what a crash left half received, then receives. One per store, and before anything is received. */
export async function openReceiver(deps: ReceiverDeps): Promise<ReceiveVolume> {
  const { store, pins, guard, admit, log, times } = deps;
  for (const leftover of await sweepStaging(store))
    log.info({ leftover }, 'Removed a transfer that broke off');
  const increments = await findsParents(store);
  if (!increments) {
    log.warn(
      { store: store.root },
      'Volumes are received as full copies only: the store is a plain folder of a BTRFS filesystem, mounted here. Make it a subvolume',
    );
  }
  const locked = keyedLock();

  return async (socket, caller, signal) => {
    const link = createLink(socket, { other: caller.name, signal, times });
    try {
      if (caller.role !== 'peer') {
        throw new CoveyError('denied', `${caller.name} (${caller.role}) may not send volumes`, {
          hint: 'It takes a certificate with the role peer.',
        });
      }
      const hello = await link.receive('hello');
      const { app, fence, operation, volume, snapshot } = hello;
      if (assertSnapshotName(snapshot).volume !== volume) {
        throw new CoveyError('invalid', `${snapshot} is no snapshot of the volume ${volume}`);
      }
      const admitted = () => admit({ app, fence, operation, volume, snapshot, from: caller.name });
      await admitted();
      // The second of two transfers of one snapshot finds that it is here.
      const received = await guard.transfer(volume, () =>
        locked(volume, () => receive(link, hello, caller.name, admitted)),
      );
      await link.close();
      return received;
    } catch (thrown) {
      const error = asCoveyError(thrown);
      await link.fail(error);
      throw error;
    }
  };

  async function receive(
    link: Link,
    hello: Hello,
    from: string,
    admitted: () => Promise<void>,
  ): Promise<Received> {
    const { snapshot, identity, passing } = hello;
    // It may have been lost while it waited for its turn.
    link.signal.throwIfAborted();
    const all = await store.snapshots(hello.volume);
    const have = await appear(all, hello, admitted);
    const common = have || !increments ? null : commonParent(all, hello.parents);
    using _held = pins.hold(common ? [common.mine.name] : []);
    const answer = () => link.send({ kind: 'answer', have, parent: common?.offered.name ?? null });
    if (have) answer();
    else await land(link, hello, { answer, admitted });
    // Until the sender has pinned it too, what was common before stays pinned as well.
    if (!passing) await pins.add(snapshot, from);
    link.send({ kind: 'verdict', landed: snapshot, identity });
    const settled = await link.receive('settled').catch((error: unknown) => {
      log.warn({ err: error, snapshot, from }, 'Received whole, but the sender may not know it');
    });
    if (settled && !passing) await pins.settle(snapshot, from);
    return { snapshot, from, bytes: link.received(), parent: common?.mine.name ?? null };
  }

  /** Whether the snapshot is here, also where it has been under another name. */
  async function appear(
    all: Snapshot[],
    { snapshot, identity }: Hello,
    admitted: () => Promise<void>,
  ): Promise<boolean> {
    const namesake = all.find(({ name }) => name === snapshot);
    if (namesake) {
      if (withIdentity([namesake], identity)) return true;
      throw new CoveyError('conflict', `${snapshot} is there with another content`, {
        hint: 'Look at it, and remove it if it is not needed; or send another snapshot.',
      });
    }
    const alike = withIdentity(all, identity);
    if (!alike) return false;
    await admitted();
    await snapshotSubvolume(alike.subvolume.path, store.snapshotPath(snapshot), { readonly: true });
    return true;
  }

  /** The stream that comes after `answer`, in a staging folder, of which nothing stays. */
  async function land(
    link: Link,
    { snapshot, identity }: Hello,
    { answer, admitted }: { answer: () => void; admitted: () => Promise<void> },
  ): Promise<void> {
    const staging = await openStaging(store);
    try {
      await feed(link, staging.folder, answer);
      await admitted();
      await staging.land(snapshot, identity);
    } finally {
      await staging.discard();
    }
  }
}

/** Receives the stream that comes after `answer` into `folder`. However it ends, the process has ended by then. */
async function feed(link: Link, folder: string, answer: () => void): Promise<void> {
  const stop = new AbortController();
  const child = startReceive(folder, AbortSignal.any([link.signal, stop.signal]));
  const early = child.done.then(() => {
    throw new CoveyError('failed', 'btrfs receive ended before the stream did');
  });
  try {
    const ended = link.receive('end', child.stream);
    // Not before there is somewhere for the data to go.
    answer();
    const { bytes } = await Promise.race([ended, early]);
    if (bytes !== link.received()) {
      throw new CoveyError(
        'failed',
        `A part of the stream was lost: ${bytes} bytes were sent, but ${link.received()} came`,
      );
    }
    child.stream.end();
    await child.done;
  } finally {
    stop.abort();
    await child.done.catch(() => undefined); // thrown above, or it only says that it was stopped
  }
}
