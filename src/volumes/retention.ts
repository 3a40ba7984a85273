import { bySnapshotDate, type SnapshotName } from './snapshot-name.ts';

/** What the choice needs to know of a snapshot. */
export type Candidate = SnapshotName & {
  /** A writable one was cut off half-way. */
  subvolume: { readonly: boolean };
};

/**
 * The snapshots of one volume that its retention pattern has no place for, oldest first. Of the ages `a:b:c:d` all that is
 * younger than a stays, then the oldest in each period of length a up to the age b, in each of length b up to c, in each
 * of length c up to d, and nothing older than d. Periods are counted from the epoch, in UTC.
 *
 * Never chosen are: the newest plain snapshot, from which the volume would be restored; what is protected; what has no
 * readable date, was put aside (somebody has to look at it) or is half received. Buttervolume's sent markers are judged
 * among those of the same host, so none takes the place of a plain one, and the newest for each host stays: Buttervolume
 * keeps it as the parent of the next increment, and it may be the only state that both have.
 *
 * - The same again chooses nothing, and what is chosen once is chosen at any later time too.
 * - A period that spans a limit counts once: who was not the oldest in the finer period can't be in the coarser.
 * - What stays anyhow takes no place: it may go one day, and then something has to be left of its period.
 * @param ages in milliseconds, ascending; none: everything stays
 * @param now unix milliseconds; what is dated later stays
 */
export function surplus(
  snapshots: readonly Candidate[],
  {
    ages,
    now,
    isProtected,
  }: { ages: readonly number[]; now: number; isProtected: (name: string) => boolean },
): string[] {
  const lines = Map.groupBy(snapshots.filter(isJudged).toSorted(bySnapshotDate), ({ kind, mark }) =>
    kind === 'plain' ? kind : `${kind}@${mark}`,
  );
  return [...lines.values()]
    .flatMap((line) => {
      const free = line.slice(0, -1).filter(({ name }) => !isProtected(name));
      const kept = new Set(keptOf(free, ages, now));
      return free.filter((each) => !kept.has(each));
    })
    .sort(bySnapshotDate)
    .map(({ name }) => name);
}

interface Dated extends Candidate {
  at: number;
}

function isJudged(snapshot: Candidate): snapshot is Dated {
  const { kind, at, subvolume } = snapshot;
  return (kind === 'plain' || kind === 'sent') && at !== null && subvolume.readonly;
}

/** One age after the other takes from what the finer ones have left. @param line oldest first */
function keptOf(line: readonly Dated[], ages: readonly number[], now: number): readonly Dated[] {
  const longest = ages.at(-1);
  if (longest === undefined) return line;
  const age = ({ at }: Dated) => now - at / 1000;
  let left = line;
  for (const period of ages.slice(0, -1)) {
    const seen = new Set<number>();
    left = left.filter((each) => {
      const number = Math.floor(each.at / 1000 / period);
      const isOldest = !seen.has(number);
      seen.add(number);
      return isOldest || age(each) < period;
    });
  }
  return left.filter((each) => age(each) <= longest);
}
