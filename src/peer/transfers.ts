import type { Config } from '../config.ts';
import type { Kv } from '../consul/kv.ts';
import { CoveyError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import type { ActionDeps } from '../plan/actions/action.ts';
import type { Fences } from '../plan/fences.ts';
import type { Store } from '../volumes/store.ts';
import { handOff } from '../volumes/transfer/handoff.ts';
import { openPins } from '../volumes/transfer/pins.ts';
import type { TransferProgress } from '../volumes/transfer/progress.ts';
import { openReceiver } from '../volumes/transfer/receive.ts';
import { replicate } from '../volumes/transfer/replicate.ts';
import { admission } from './admission.ts';
import type { RawProtocol } from './listener.ts';
import type { Replicate } from './replication.ts';
import { acceptStreams, openStream, volumeProtocol } from './streams.ts';
import type { TlsMaterial } from './tls.ts';

/** Volumes that come from other nodes and go to them. */
export interface Transfers {
  handOff: ActionDeps['handOff'];
  replicate: Replicate;
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
  const pins = await openPins(config.state);
  const take = await openReceiver({
    store,
    pins,
    log: logger,
    admit: admission({ node: config.node, kv, fences }),
  });
  const acceptor = acceptStreams({ name: volumeProtocol, take, logger });

  const open = async (name: string, signal: AbortSignal | undefined) => {
    const host = await address(name);
    if (host === undefined) throw new CoveyError('not-found', `No node is named ${name}.`);
    return openStream({ host, port: config.listen.port, name }, { tls, protocol: volumeProtocol, signal });
  };

  return {
    handOff: (volume, to, { signal, report, mandate }) =>
      handOff({
        ...mandate,
        store,
        pins,
        volume,
        to,
        open,
        signal,
        onProgress: (progress) => report(-1, `${volume}: ${describe(progress)}`),
      }),
    replicate: ({ mandate, ...job }, options) =>
      replicate({ ...mandate, ...job, ...options, store, pins, open }),
    protocols: { [volumeProtocol]: acceptor.protocol },
    close: acceptor.close,
  };
}

const MEGABYTE = 1_000_000;

function describe({ bytes, rate }: TransferProgress): string {
  return `${(bytes / MEGABYTE).toFixed(1)} MB sent, ${(rate / MEGABYTE).toFixed(1)} MB/s`;
}
