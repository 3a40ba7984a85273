import { median } from '../statistics.ts';
import { MIB } from './data.ts';
import type { Sample, Way } from './ways.ts';

/** The rounds of each way in one place, in the order in which they were measured. */
export interface Place {
  name: string;
  samples: Partial<Record<Way['name'], Sample[]>>;
}

const HEAD = 'stores on | way | full copy | MiB/s | to pipe | to ssh | increment | sent | memory';
const ALIGN = '--- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---:';

/**
 * A table in Markdown. Of the times it has the median. A ratio is the median too, of the ratios within each round: what
 * else the machine does meanwhile slows all ways of a round alike.
 */
export function table(size: number, places: readonly Place[]): string {
  const rows = places.flatMap(({ name: place, samples }) =>
    Object.entries(samples).map(([way, rounds]) => {
      const full = median(rounds.map((round) => round.full));
      const ratio = (to: Way['name']) => {
        const other = samples[to];
        if (!other) return '-';
        return median(rounds.map((round, index) => (other[index]?.full ?? 0) / round.full)).toFixed(2);
      };
      const { more } = rounds[0] ?? {};
      const memory = (side: 'sending' | 'receiving') =>
        Math.max(...rounds.map((round) => round.more?.[side] ?? 0));
      return [
        place,
        way,
        `${full.toFixed(2)} s`,
        (size / full).toFixed(0),
        ratio('pipe'),
        ratio('ssh'),
        `${median(rounds.map((round) => round.increment)).toFixed(2)} s`,
        more
          ? more.bytes
              .map((bytes) => `${(bytes / MIB).toFixed(1)}`)
              .join(' + ')
              .concat(' MiB')
          : '',
        more ? `${memory('sending')} and ${memory('receiving')} MiB` : '',
      ].join(' | ');
    }),
  );
  return [HEAD, ALIGN, ...rows].map((row) => `| ${row} |`).join('\n');
}
