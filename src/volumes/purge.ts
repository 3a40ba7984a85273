import type { Replicas } from './replicas.ts';
import { surplus } from './retention.ts';
import type { Store } from './store.ts';
import type { VolumeGuard } from './transfer/guard.ts';
import type { Pins } from './transfer/pins.ts';

/** What a purge goes by. */
interface PurgeOrder {
  volume: string;
  /** Of the retention pattern, in milliseconds, ascending; none: everything stays. */
  ages: readonly number[];
  /** The node that the volume goes to or comes from; null where it is not replicated. */
  partner: string | null;
  /** Snapshots that a rollback may need, of any volume; null where that cannot be told. */
  releases: readonly string[] | null;
}

/** What a purge would do now. */
interface PurgePlan {
  /** How many snapshots of the volume there are, of all kinds. */
  snapshots: number;
  /** Those that go, oldest first. */
  remove: string[];
  /** Why nothing goes whatever the pattern says; null otherwise. */
  held: string | null;
}

/** What a purge did; which snapshots went is told by `removed`. */
interface Purged {
  /** False if a transfer of the volume ran or began: what is left to remove has to wait. */
  done: boolean;
  held: PurgePlan['held'];
}

/** Removes the snapshots that a volume's retention pattern has no place for. */
export interface Purger {
  /** What would go now; nothing does. */
  plan(order: PurgeOrder): Promise<PurgePlan>;
  /**
   * Removes what `plan` says, one after the other. `removed` is told of each at once, so also of those before a failure.
   * Errors: `failed` if BTRFS refuses, `cancelled`.
   */
  purge(
    order: PurgeOrder,
    options: { signal: AbortSignal; removed: (name: string) => void },
  ): Promise<Purged>;
}

export function createPurger(deps: {
  store: Pick<Store, 'snapshots' | 'removeSnapshot'>;
  pins: Pick<Pins, 'isPinned' | 'common'>;
  replicas: Pick<Replicas, 'snapshots'>;
  guard: Pick<VolumeGuard, 'purge'>;
}): Purger {
  const { store, pins, replicas, guard } = deps;

  async function plan({ volume, ages, partner, releases }: PurgeOrder): Promise<PurgePlan> {
    const all = await store.snapshots(volume);
    const common = partner === null ? [] : pins.common(volume, partner);
    // Before the first replication, and where pins.json was lost, any of them may be the only one in common.
    if (partner !== null && !all.some(({ name }) => common.includes(name))) {
      const held = `no snapshot is known yet that ${partner} has too`;
      return { snapshots: all.length, remove: [], held };
    }
    if (releases === null) {
      const held = 'it is not known which releases the app can go back to';
      return { snapshots: all.length, remove: [], held };
    }
    const named = new Set([...replicas.snapshots(volume), ...releases]);
    const isProtected = (name: string) => named.has(name) || pins.isPinned(name);
    return {
      snapshots: all.length,
      remove: surplus(all, { ages, now: Date.now(), isProtected }),
      held: null,
    };
  }

  return {
    plan,
    purge: async (order, { signal, removed }) => {
      const outcome = await guard.purge(order.volume, async (giveWay): Promise<Purged> => {
        const { remove, held } = await plan(order);
        for (const name of remove) {
          signal.throwIfAborted();
          if (giveWay.aborted) return { done: false, held };
          if (await store.removeSnapshot(name, { signal })) removed(name);
        }
        return { done: true, held };
      });
      return outcome ?? { done: false, held: null };
    },
  };
}
