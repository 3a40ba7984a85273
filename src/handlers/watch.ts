import type { Kv } from '../consul/kv.ts';
import { asCoveyError } from '../errors.ts';
import type { Occurrence } from '../generated/covey/v1/Occurrence.ts';
import type { WatchRequest__Output } from '../generated/covey/v1/WatchRequest.ts';
import { createBacklog } from '../occurrences/backlog.ts';
import type * as occurrences from '../occurrences/occurrence.ts';
import { isWanted, readKinds } from '../occurrences/wanted.ts';
import type { StreamHandler } from '../rpc/handler.ts';
import { followOperations } from './follow-operations.ts';
import { happen } from './happen.ts';
import type { SeeingDeps } from './see.ts';

/** Most occurrences that wait for a caller who takes them slowly. */
const MOST = 1_000;

/** What happens in the cluster from now on, as this node sees it. */
export function watch(
  deps: SeeingDeps & { kv: Pick<Kv, 'watch'>; most?: number },
): StreamHandler<WatchRequest__Output, Occurrence> {
  return async function* ({ app, node, kinds }, { signal }) {
    const wanted = { app, node, kinds: readKinds(kinds) };
    const leaving = new AbortController();
    const within = AbortSignal.any([signal, leaving.signal]);
    const backlog = createBacklog({ most: deps.most ?? MOST, now: Date.now });
    const tell = (occurrence: occurrences.Occurrence): void => {
      if (isWanted(wanted, occurrence)) backlog.push(occurrence);
    };
    const [seeing, following] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const work = Promise.all([
      tellAll(happen(deps, within, seeing.resolve), tell),
      followOperations(deps, within, tell, following.resolve),
    ]).then(
      () => backlog.end(),
      (thrown: unknown) => backlog.end(asCoveyError(thrown)),
    );
    try {
      await Promise.race([Promise.all([seeing.promise, following.promise]), work]);
      yield begun(deps);
      yield* backlog.items();
    } finally {
      leaving.abort();
      await work;
    }
  };
}

async function tellAll(
  happening: ReturnType<typeof happen>,
  tell: (occurrence: occurrences.Occurrence) => void,
): Promise<void> {
  for await (const { occurrence } of happening) tell(occurrence);
}

function begun({ node, memory }: SeeingDeps): occurrences.Occurrence {
  const rest = memory.consulAnswers() ? '' : '; Consul does not answer there, so no operations are told';
  return {
    kind: 'watch.begun',
    at: Date.now(),
    node,
    text: `${node} tells what happens${rest}`,
    details: {},
  };
}
