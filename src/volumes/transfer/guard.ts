/**
 * Keeps purges and transfers of one volume apart: a transfer that has looked which snapshots there are must find them
 * again when it begins to send or to receive.
 */
export interface VolumeGuard {
  /** Runs a transfer. A purge of the volume gives way and is waited for; other transfers go on beside it. */
  transfer<T>(volume: string, work: () => Promise<T>): Promise<T>;
  /** Runs a purge; its signal aborts when a transfer waits for it. Null at once if a transfer or another purge runs. */
  purge<T>(volume: string, work: (giveWay: AbortSignal) => Promise<T>): Promise<T | null>;
}

export function volumeGuard(): VolumeGuard {
  const transfers = new Map<string, number>();
  const purges = new Map<string, { giveWay: AbortController; ended: Promise<void> }>();

  return {
    async transfer(volume, work) {
      transfers.set(volume, (transfers.get(volume) ?? 0) + 1);
      try {
        const purge = purges.get(volume);
        purge?.giveWay.abort();
        await purge?.ended;
        return await work();
      } finally {
        const left = (transfers.get(volume) ?? 1) - 1;
        if (left === 0) transfers.delete(volume);
        else transfers.set(volume, left);
      }
    },

    async purge(volume, work) {
      if (transfers.has(volume) || purges.has(volume)) return null;
      const giveWay = new AbortController();
      const { promise: ended, resolve } = Promise.withResolvers<void>();
      purges.set(volume, { giveWay, ended });
      try {
        return await work(giveWay.signal);
      } finally {
        purges.delete(volume);
        resolve();
      }
    },
  };
}
