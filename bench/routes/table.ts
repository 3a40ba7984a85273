import { markdown } from '../markdown.ts';
import { median, quantile } from '../statistics.ts';
import { type HopWay, ways } from './hops.ts';
import type { ChangeKind, ChangeTimes } from './latency.ts';
import type { Throughput } from './throughput.ts';
import type { Load, Usage } from './usage.ts';
import type { VariantName } from './variants.ts';

const ms = (value: number) => `${value.toFixed(value < 10 ? 2 : 0)} ms`;

/** The times of one tool with so many apps. */
export interface Changes extends ChangeTimes {
  by: string;
  apps: number;
  kind: ChangeKind;
}

export function changesTable(found: readonly Changes[]): string {
  const kinds: Record<ChangeKind, string> = { map: 'only the map', caddy: 'Caddy too' };
  return markdown(
    ['by', 'apps', 'what changes', 'samples', 'p50', 'p99', 'longest', 'CPU a change'],
    found.map(({ by, apps, kind, times, cpu }) => [
      by,
      `${apps}`,
      kinds[kind],
      `${times.length}`,
      ms(median(times)),
      ms(quantile(times, 0.99)),
      ms(Math.max(...times)),
      ms(cpu),
    ]),
  );
}

/** Ratios are medians of those within a round: what else the machine does slows all ways of a round alike. */
export function throughputTable(found: Record<VariantName, Throughput[]>): string {
  const names = Object.keys(found) as VariantName[];
  const ratio = (name: VariantName, to: VariantName, of: (round: Throughput) => number) =>
    median(found[name].map((round, index) => of(round) / of(found[to][index] ?? round))).toFixed(2);
  return markdown(
    ['way', 'requests/s', 'to the chain', 'to the bare map', 'CPU a request', 'to the bare map'],
    names.map((name) => [
      name,
      median(found[name].map(({ rate }) => rate)).toFixed(0),
      ratio(name, 'chain', ({ rate }) => rate),
      ratio(name, 'bare map', ({ rate }) => rate),
      `${median(found[name].map(({ cpu }) => cpu)).toFixed(0)} µs`,
      ratio(name, 'bare map', ({ cpu }) => cpu),
    ]),
  );
}

export function hopsTable(found: Record<HopWay, number[][]>): string {
  return markdown(
    ['way', 'requests', 'p50', 'p99', 'p50 to the container'],
    ways.map((way) => {
      const all = found[way].flat();
      const ratios = found[way].map((round, index) => median(round) / median(found.container[index] ?? []));
      return [way, `${all.length}`, ms(median(all)), ms(quantile(all, 0.99)), median(ratios).toFixed(1)];
    }),
  );
}

export function usageTable(apps: number, rest: Usage, load: Load): string {
  const row = (what: string, { cpu, memory }: Usage) => [
    what,
    `${(cpu * 100).toFixed(1)} %`,
    `${memory.now.toFixed(0)} MiB`,
    `${memory.peak.toFixed(0)} MiB`,
  ];
  const busy = `${load.rate.toFixed(0)} changes a second; the last is served ${ms(load.behind)} after its write`;
  return markdown(
    [`${apps} apps`, 'of a core', 'memory at the end', 'peak'],
    [row('at rest', rest), row(busy, load)],
  );
}
