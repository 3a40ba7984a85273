import { formatDuration } from '../durations.ts';
import type { Release } from './release.ts';
import { replicateEvery, schedulesOf } from './schedules.ts';
import { takeoverBounds } from './takeover.ts';

/** Why a takeover that a release asks for may not happen, or lose something, one line each. `slave`: null for none. */
export function takeoverCaveats(
  { takeover, volumes }: Pick<Release, 'takeover' | 'volumes'>,
  slave: string | null,
): string[] {
  const bounds = takeoverBounds({ takeover });
  if (bounds === undefined) return [];
  const schedules = schedulesOf(volumes);
  const none =
    slave === null ? ['There is no automatic takeover without a slave: deploy it with --slave.'] : [];
  const each = volumes.flatMap(({ full, replicated }) => {
    if (!replicated)
      return [`${full} is not replicated: after an automatic takeover the app begins with an empty one.`];
    const every = replicateEvery({ slave: 'any', schedules }, full);
    if (every === 0)
      return [`${full} is never replicated (covey.replicate), so no slave can take over by itself.`];
    if (every < bounds.maxAge) return [];
    return [
      `${full} is replicated every ${formatDuration(every)}, and an automatic takeover wants data younger than ` +
        `${formatDuration(bounds.maxAge)}: it will often be refused. Replicate it more often (covey.replicate).`,
    ];
  });
  return [...none, ...each];
}
