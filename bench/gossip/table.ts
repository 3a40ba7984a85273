import { markdown } from '../markdown.ts';
import { median, quantile } from '../statistics.ts';
import type { Costs, Join, Spread } from './runs.ts';

const most = (values: readonly number[]) => values.reduce((a, b) => Math.max(a, b), 0);
const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
const kib = (bytes: number) => `${(bytes / 1024).toFixed(bytes < 10 * 1024 ? 2 : 1)} KiB`;

export function spreadTable(found: readonly Spread[]): string {
  return markdown(
    ['nodes', 'lost', 'how', 'median', 'most', 'aim', 'reached'],
    found.map(({ nodes, loss, news, rounds, aim }) => [
      `${nodes}`,
      `${loss * 100} %`,
      news ? 'news and exchanges' : 'exchanges alone',
      `${median(rounds)}`,
      `${most(rounds)}`,
      aim.toFixed(1),
      most(rounds) <= aim ? 'yes' : '**no**',
    ]),
  );
}

export function costsTable(found: readonly Costs[]): string {
  return markdown(
    ['nodes', 'at rest', 'one change a round', 'one of each node', 'p99 of that', 'most'],
    found.map(({ nodes, rest, one, each }) => [
      `${nodes}`,
      ...[mean(rest), mean(one), mean(each), quantile(each, 0.99), most(each)].map(kib),
    ]),
  );
}

export function joinTable(found: readonly Join[]): string {
  return markdown(
    ['nodes', 'one that starts', 'all at once', 'longest message', 'bytes a node and round', 'most'],
    found.map(({ nodes, one, all, longest, bytes }) => [
      `${nodes}`,
      `${most(one)} rounds`,
      `${most(all)} rounds`,
      kib(longest),
      kib(mean(bytes)),
      kib(most(bytes)),
    ]),
  );
}
