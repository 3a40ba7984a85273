import { markdown } from '../markdown.ts';
import { median, quantile } from '../statistics.ts';
import { longestOutage, type Measured } from './measure.ts';

/** How much longer than a bare stop and start somebody may wait, in milliseconds. */
const MORE = 1_500;

const MIB = 1024 * 1024;
const ms = (value: number) => `${value.toFixed(value < 10 ? 2 : 0)} ms`;

/** A row for each way of each thing that was done, and one for all ways of it. */
export function requestsTable(found: Readonly<Record<string, Measured>>): string {
  const rows = Object.entries(found).flatMap(([what, { samples }]) => {
    const byWay = Map.groupBy(samples, ({ way }) => way);
    const all: [string, typeof samples][] = [...[...byWay].toSorted(), ['all', samples]];
    return all.map(([way, its]) => [
      what,
      way,
      `${its.length}`,
      `${its.filter(({ problem }) => problem !== undefined).length}`,
      `${its.filter(({ retried }) => retried).length}`,
      ms(
        quantile(
          its.map(({ wait }) => wait),
          0.99,
        ),
      ),
      ms(longestOutage(its)),
    ]);
  });
  return markdown(['what', 'by', 'requests', 'failed', 'retried', 'p99', 'longest wait'], rows);
}

/** How often and how long each was done, and how its longest wait is to that of the bare one. */
export function operationsTable(found: Readonly<Record<string, Measured>>): string {
  const { bare } = found;
  const limit = bare && longestOutage(bare.samples) + MORE;
  const rows = Object.entries(found).map(([what, { samples, durations, sentBytes }]) => {
    const longest = longestOutage(samples);
    const verdict =
      limit === undefined || what === 'bare'
        ? '-'
        : `${ms(limit)}: ${longest <= limit ? 'reached' : '**missed**'}`;
    return [
      what,
      `${durations.length}`,
      ms(median(durations)),
      `${(median(sentBytes) / MIB).toFixed(1)} MiB`,
      ms(longest),
      verdict,
    ];
  });
  return markdown(['what', 'times', 'median', 'sent', 'longest wait', 'aim'], rows);
}

/** The first failures, one a line. */
export function failures({ samples }: Measured, most: number): string[] {
  return samples
    .toSorted((a, b) => a.at - b.at)
    .flatMap(({ at, node, way, problem }) =>
      problem === undefined ? [] : [`${(at / 1000).toFixed(1)} s, ${node}, ${way}: ${problem}`],
    )
    .slice(0, most);
}
