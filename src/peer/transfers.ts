import type { Config } from '../config/schema.ts';
import type { Kv } from '../consul/kv.ts';
import type { Logger } from '../logger.ts';
import type { ActionDeps } from '../plan/actions/action.ts';
import type { Fences } from '../plan/fences.ts';
import type { RawProtocol } from '../rpc/listener.ts';
import { acceptStreams, openStream, volumeProtocol } from '../rpc/streams.ts';
import type { TlsMaterial } from '../rpc/tls.ts';
import { assertSnapshotName } from '../volumes/snapshot-name.ts';
import type { Store } from '../volumes/store.ts';
import { type VolumeGuard, volumeGuard } from '../volumes/transfer/guard.ts';
import { handOff } from '../volumes/transfer/handoff.ts';
import { openPins, type Pins } from '../volumes/transfer/pins.ts';
import type { TransferProgress } from '../volumes/transfer/progress.ts';
import { openReceiver } from '../volumes/transfer/receive.ts';
import { replicate } from '../volumes/transfer/replicate.ts';
import { addressOf } from './address.ts';
import { admission } from './admission.ts';
import type { Replicate } from './replication.ts';

/** Volumes that come from other nodes and go to them. */
export interface Transfers {
  handOff: ActionDeps['handOff'];
  replicate: Replicate;
  isShared: ActionDeps['isShared'];
  isPinned: ActionDeps['isPinned'];
  /** What a purge has to leave alone, and when. */
  pins: Pins;
  guard: VolumeGuard;
  /** What the peer's port speaks besides gRPC. */
  protocols: Record<string, RawProtocol>;
  close(): Promise<void>;
}

export async function startTransfers(deps: {
  config: Config;
  store: Store;
  fences: Fences;
  kv: Pick<Kv, 'get'>;
  /** IP of a member, or undefined where there is no such member. */
  address: (node: string) => Promise<string | undefined>;
  tls: TlsMaterial | undefined;
  logger: Logger;
}): Promise<Transfers> {
  const { config, store, fences, kv, address, tls, logger } = deps;
  const pins = await openPins(config.state, logger);
  const guard = volumeGuard();
  const take = await openReceiver({
    store,
    pins,
    guard,
    log: logger,
    admit: admission({ node: config.node, kv, fences }),
  });
  const acceptor = acceptStreams({ name: volumeProtocol, take, logger });

  const open = async (name: string, signal: AbortSignal | undefined) => {
    const host = await addressOf(name, address);
    return openStream({ host, port: config.listen.port, name }, { tls, protocol: volumeProtocol, signal });
  };

  return {
    handOff: (volume, to, { signal, report, mandate, snapshot, passing }) =>
      guard.transfer(volume, () =>
        handOff({
          ...mandate,
          store,
          pins,
          volume,
          snapshot,
          passing,
          to,
          open,
          signal,
          onProgress: (progress) => report(percent(progress), `${volume}: ${describe(progress)}`),
        }),
      ),
    replicate: ({ mandate, ...job }, options) =>
      guard.transfer(job.volume, () => replicate({ ...mandate, ...job, ...options, store, pins, open })),
    isShared: (snapshot, node) => pins.common(assertSnapshotName(snapshot).volume, node).includes(snapshot),
    isPinned: pins.isPinned,
    pins,
    guard,
    protocols: { [volumeProtocol]: acceptor.protocol },
    close: acceptor.close,
  };
}

const MEGABYTE = 1_000_000;

/** Of the volume that is sent just now, as a whole number; -1 where it is not known. That it is done another one says. */
export function percent({ bytes, total }: TransferProgress): number {
  return total === null ? -1 : Math.min(99, Math.floor((100 * bytes) / Math.max(1, total)));
}

/** As `512.0 of 2048.0 MB, 180.2 MB/s, 9 s left`: an estimate, of which nothing is said once it was too low. */
export function describe({ bytes, total, rate }: TransferProgress): string {
  const megabytes = (count: number) => (count / MEGABYTE).toFixed(1);
  const speed = `${megabytes(rate)} MB/s`;
  if (total === null || bytes >= total) return `${megabytes(bytes)} MB sent, ${speed}`;
  const left = rate > 0 ? `, ${duration((total - bytes) / rate)} left` : '';
  return `${megabytes(bytes)} of ${megabytes(total)} MB, ${speed}${left}`;
}

/** In the two units that matter, rounded up: that there is no time left is never said. */
function duration(exact: number): string {
  const seconds = Math.ceil(exact);
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  return `${Math.floor(seconds / 3_600)} h ${Math.floor((seconds % 3_600) / 60)} min`;
}
