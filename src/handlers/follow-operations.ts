import { JOURNAL_PREFIX, OPERATIONS_PREFIX } from '../app/keys.ts';
import type { Kv, KvEntry } from '../consul/kv.ts';
import type { Occurrence } from '../occurrences/occurrence.ts';
import { beginnings, endings } from '../occurrences/operations.ts';

type Changes = (before: readonly KvEntry[], after: readonly KvEntry[], at: number) => Occurrence[];

/**
 * Passes on, until the signal, which operations begin and end on any node, as Consul has their journals and histories.
 * `ready` once both are known, or Consul has not answered: then it goes on as soon as it does, with what happens from then on.
 */
export async function followOperations(
  { kv }: { kv: Pick<Kv, 'watch'> },
  signal: AbortSignal,
  tell: (occurrence: Occurrence) => void,
  ready: () => void,
): Promise<void> {
  let unknown = 2;
  const follow = async (prefix: string, changes: Changes): Promise<void> => {
    let before: KvEntry[] | undefined;
    const known = once(() => {
      unknown -= 1;
      if (unknown === 0) ready();
    });
    for await (const { entries } of kv.watch(prefix, signal, { onError: known })) {
      for (const occurrence of before ? changes(before, entries, Date.now()) : []) tell(occurrence);
      before = entries;
      known();
    }
  };
  await Promise.all([follow(JOURNAL_PREFIX, beginnings), follow(OPERATIONS_PREFIX, endings)]);
}

function once(work: () => void): () => void {
  let isDone = false;
  return () => {
    if (!isDone) work();
    isDone = true;
  };
}
