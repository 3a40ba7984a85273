import { join } from 'node:path';
import { z } from 'zod';
import { APP_PREFIX, HOLD_PREFIX, MAINTENANCE_PREFIX, SWARM_PREFIX } from '../app/keys.ts';
import type { Kv } from '../consul/kv.ts';
import type { Member, Members } from '../consul/members.ts';
import { asCoveyError } from '../errors.ts';
import { writeIfChanged } from '../files.ts';
import type { Logger } from '../logger.ts';
import { loadState, mustNotBeLost } from '../state-file.ts';
import type { Sources } from './view.ts';

/** What was last known of the cluster, for the time without Consul. */
export interface LastKnown {
  /** @throws CoveyError `invalid` where the file cannot be read */
  load(): Promise<Sources | undefined>;
  /** Of several at once the last one stays. */
  save(sources: Sources): Promise<void>;
}

const entries = z.array(z.object({ key: z.string(), value: z.string(), modifyIndex: z.number() }));
const stored = z.object({
  apps: entries,
  maintenance: z.array(z.string()),
  members: z.array(z.object({ name: z.string(), address: z.string() })),
  swarm: entries.optional(),
  holds: entries.optional(),
});

export function lastKnownIn(folder: string): LastKnown {
  const path = join(folder, 'routes.json');
  let writing = Promise.resolve();
  return {
    // Whoever does not know the master of a volume may mount it: that must not be forgotten.
    load: () =>
      loadState(path, {
        schema: stored,
        loss: mustNotBeLost('Remove it once Consul answers: it is written anew from there.'),
      }),
    save: async (sources) => {
      const write = async () => {
        await writeIfChanged(path, JSON.stringify(stored.parse(sources)));
      };
      // One after the other: the newest must be the last, and none is compared with a file that is about to change.
      writing = writing.then(write, write);
      return writing;
    },
  };
}

/**
 * Follows records, maintenance keys, swarm keys, holds and members, and calls `onChange` with all of them after each change: first when
 * each has been read once. Survives the loss of Consul: what was last known holds. Ends by the signal.
 */
export async function followSources(
  deps: { kv: Kv; members: Members; logger: Logger },
  signal: AbortSignal,
  onChange: (sources: Sources) => void,
): Promise<void> {
  const known: Partial<{
    apps: Sources['apps'];
    maintenance: Sources['maintenance'];
    members: Sources['members'];
    swarm: Sources['swarm'];
    holds: Sources['holds'];
  }> = {};
  const changed = () => {
    const { apps, maintenance, members, swarm, holds } = known;
    if (apps && maintenance && members && swarm && holds)
      onChange({ apps, maintenance, members, swarm, holds });
  };
  const callbacks = {
    onError: (thrown: unknown) =>
      deps.logger.warn(`Consul does not answer; what was last known holds: ${asCoveyError(thrown).message}`),
    onRecover: () => deps.logger.info('Consul answers again'),
  };
  await Promise.all([
    each(deps.kv.watch(APP_PREFIX, signal, callbacks), ({ entries }) => {
      known.apps = entries;
      changed();
    }),
    each(deps.kv.watch(MAINTENANCE_PREFIX, signal), ({ entries }) => {
      known.maintenance = entries.map((entry) => entry.key);
      changed();
    }),
    each(deps.kv.watch(SWARM_PREFIX, signal), ({ entries: found }) => {
      known.swarm = found;
      changed();
    }),
    each(deps.kv.watch(HOLD_PREFIX, signal), ({ entries: found }) => {
      known.holds = found;
      changed();
    }),
    each(deps.members.watch(signal), (members: Member[]) => {
      // Failed members stay: a node that is away for a moment must not cost a reload.
      known.members = members
        .filter((member) => member.state !== 'left')
        .map(({ name, address }) => ({ name, address }));
      changed();
    }),
  ]);
}

async function each<T>(source: AsyncIterable<T>, work: (value: T) => void): Promise<void> {
  for await (const value of source) work(value);
}
