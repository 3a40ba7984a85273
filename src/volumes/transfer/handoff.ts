import type { Store } from '../store.ts';
import { type SendOptions, type Sent, sendVolume } from './send.ts';

export interface HandOffOptions extends Omit<SendOptions, 'store' | 'snapshot'> {
  store: SendOptions['store'] & Pick<Store, 'snapshot'>;
  volume: string;
  /** One that was made before, for a round that is repeated. Default: the state of now. */
  snapshot?: string | undefined;
}

/**
 * One round of handing a volume to another node: keeps a snapshot of it and sends that. The first round is a full copy
 * unless the nodes have a state in common; each later one costs what changed since. A snapshot stays here even when
 * it could not be sent, as the other node may have it all the same.
 * Errors: `not-found` if there is no such volume, and those of `sendVolume`.
 */
export async function handOff({ volume, ...options }: HandOffOptions): Promise<Sent> {
  const { store, signal } = options;
  const snapshot = options.snapshot ?? (await store.snapshot(volume, { signal }));
  return sendVolume({ ...options, snapshot });
}
