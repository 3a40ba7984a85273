import type { Drill, Phase } from './drill-plan.ts';
import { plain, table } from './output.ts';

const MB = 1_000_000;

/** What will be done, while what load is on which nodes. */
export function planText({ app, sites, rate, nodes, phases }: Drill): string {
  const through = listed(nodes.map(({ node }) => node));
  return [
    `${plain(app)}: ${rate} requests a second for ${listed(sites.map(plain))}, through ${through}, while it`,
    ...phases.map((phase, index) => `${String(index + 1).padStart(4)}  ${deedOf(phase)}`),
  ].join('\n');
}

/** A row for each phase and one for all, then by which nodes requests failed, and the first failures. */
export function reportText({ phases, all, nodes, failures }: Drill): string {
  const titles = ['PHASE', 'REQUESTS', 'FAILED', 'RETRIED', 'P99', 'LONGEST', 'OPERATION', 'SENT'];
  const cells = ({ requests, failed, retried, p99Ms, longestMs }: Drill['all']) => [
    ...[`${requests}`, `${failed}`, `${retried}`, seconds(p99Ms), seconds(longestMs)],
  ];
  const rows = phases.map((phase) => {
    const { state, operationMs, sentBytes } = phase;
    const name =
      state === 'done' ? nameOf(phase) : `${nameOf(phase)} (${state === 'failed' ? 'failed' : 'not done'})`;
    return [name, ...cells(phase), seconds(operationMs), `${(sentBytes / MB).toFixed(1)} MB`];
  });
  const byNode = nodes.map(({ node, requests, failed }) => [node, `${requests}`, `${failed}`]);
  const told = failures.map(({ atMs, phase, node, way, problem }) => [
    ...[seconds(atMs), phase, node, way, problem],
  ]);
  return [
    table(titles, [...rows, ['all', ...cells(all)]], ''),
    ...(all.failed === 0
      ? []
      : [
          table(['THROUGH', 'REQUESTS', 'FAILED'], byNode, ''),
          table(['AT', 'PHASE', 'THROUGH', 'BY', 'WHAT CAME'], told, ''),
        ]),
    verdict(all),
  ].join('\n\n');
}

function verdict({ requests, failed }: Drill['all']): string {
  if (requests === 0) return 'No request was made.';
  return failed === 0 ? 'No request failed.' : `${failed} of ${requests} requests failed.`;
}

function deedOf({ phase, master }: Phase): string {
  if (phase === 'redeploy') return `is deployed again on ${master}`;
  return `is moved ${phase === 'there' ? 'to' : 'back to'} ${master}`;
}

const nameOf = ({ phase, master }: Phase): string =>
  phase === 'redeploy' ? 'redeploy' : `${phase === 'there' ? 'move to' : 'move back to'} ${master}`;

const seconds = (ms: number): string => (ms < 1000 ? `${ms} ms` : `${(ms / 1000).toFixed(1)} s`);

/** `a`, `a and b`, `a, b and c`. */
function listed(words: readonly string[]): string {
  const last = words.at(-1) ?? '';
  return words.length < 2 ? last : `${words.slice(0, -1).join(', ')} and ${last}`;
}
