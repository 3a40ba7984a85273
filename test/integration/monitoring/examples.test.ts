import { readFileSync } from 'node:fs';
import { parser } from '@prometheus-io/lezer-promql';
import { load } from 'js-yaml';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadConfig } from '../../../src/config/load.ts';
import { parseInterval } from '../../../src/durations.ts';
import { OPERATION_KINDS } from '../../../src/handlers/observer.ts';
import { cleanup, start } from './servers.ts';

const read = (name: string) =>
  readFileSync(new URL(`../../../examples/monitoring/${name}`, import.meta.url), 'utf8');

interface Rule {
  alert: string;
  expr: string;
  for?: string;
  annotations: { summary: string; action: string };
}
interface Panel {
  title: string;
  targets: { expr: string; legendFormat: string }[];
}

const rules = (load(read('covey-alerts.yml')) as { groups: { rules: Rule[] }[] }).groups.flatMap(
  (group) => group.rules,
);
const { panels, templating } = JSON.parse(read('covey-dashboard.json')) as {
  panels: Panel[];
  templating: { list: { query: string }[] };
};

/** Labels that Prometheus itself gives, by the jobs of `prometheus.yml`. */
const GIVEN = ['job', 'instance', 'node'];

/** Series as a real server tells them: name -> labels. */
const scraped = new Map<string, Set<string>>();

beforeAll(async () => {
  const { metrics, url } = await start();
  // What is counted has labels only once it has happened.
  metrics.watchCall('/covey.v1.Cluster/Deploy')('OK');
  const about = { app: 'shop', requestId: 'r1', by: 'alice', kind: OPERATION_KINDS[0] };
  await metrics.operations.operation({ ...about, phase: 'started' });
  await metrics.operations.operation({ ...about, phase: 'done', durationMs: 1 });
  const body = await (await fetch(`${url}/metrics`)).text();
  for (const [, name = '', labels = ''] of body.matchAll(/^([a-z]\w*)(?:\{(.*)\})? \S+$/gm)) {
    const all = scraped.get(name) ?? new Set();
    for (const [, label = ''] of labels.matchAll(/(\w+)="/g)) all.add(label);
    scraped.set(name, all);
  }
  scraped.set('up', new Set());
});
afterAll(() => cleanup.run());

/** Which metrics an expression asks for, which labels, and whether it can be read at all. */
function usesOf(expr: string): { metrics: string[]; labels: string[]; isWhole: boolean } {
  const text = expr.replaceAll('$node', 'x');
  const found = { metrics: [] as string[], labels: [] as string[], isWhole: true };
  parser.parse(text).iterate({
    enter: ({ type, name, from, to, node }) => {
      const part = text.slice(from, to);
      if (type.isError) found.isWhole = false;
      if (name === 'Identifier' && node.parent?.name === 'VectorSelector') found.metrics.push(part);
      if (name === 'LabelName') found.labels.push(part);
    },
  });
  return found;
}

const expressions = [
  ...rules.map(({ alert, expr, annotations }) => ({
    of: alert,
    expr,
    texts: Object.values(annotations).join(),
  })),
  ...panels.flatMap(({ title, targets }) =>
    targets.map(({ expr, legendFormat }) => ({ of: title, expr, texts: legendFormat })),
  ),
];

describe('each expression of the alerts and of the dashboard', () => {
  test.each(expressions)('$of: $expr', ({ expr, texts }) => {
    const { metrics, labels, isWhole } = usesOf(expr);
    expect(isWhole, 'it is PromQL').toBe(true);
    expect(metrics.length).toBeGreaterThan(0);
    for (const metric of metrics) expect([...scraped.keys()]).toContain(metric);
    const there = [...GIVEN, ...metrics.flatMap((metric) => [...(scraped.get(metric) ?? [])])];
    for (const label of labels) expect(there).toContain(label);
    for (const [, label] of texts.matchAll(/\{\{ ?(?:\$labels\.)?(\w+) ?\}\}/g))
      expect(there).toContain(label);
    // What an aggregation leaves out cannot stand in the text.
    const by = /^(?:sum|min|max|count) by \(([^)]*)\)/.exec(expr)?.[1]?.split(', ');
    if (by)
      for (const [, label] of texts.matchAll(/\{\{ ?(?:\$labels\.)?(\w+) ?\}\}/g))
        expect(by).toContain(label);
  });
});

test('an expression with a metric or a label that there is not would be seen', () => {
  expect(usesOf('sum by (app) (covey_nothing{shape="x"})')).toEqual({
    metrics: ['covey_nothing'],
    labels: ['app', 'shape'],
    isWhole: true,
  });
  expect(usesOf('sum by (app (covey_nothing').isWhole).toBe(false);
});

test('the variable of the dashboard asks for a metric that there is', () => {
  const metric = /label_values\((\w+), node\)/.exec(templating.list.map(({ query }) => query).join())?.[1];
  expect([...scraped.keys()]).toContain(metric);
});

test('that a service does not run is no alert while a deploy works on it, and is undone', () => {
  const rule = rules.find(({ alert }) => alert === 'CoveyServiceDown');
  const { timeout } = loadConfig({ env: {}, readFile: () => undefined }).health;
  // All that the new release may take to come up, and the one before after it.
  expect(parseInterval(rule?.for ?? '')).toBeGreaterThan(2 * timeout);
});

test('each alert says what has happened and what to do', () => {
  for (const { annotations } of rules)
    expect(annotations).toEqual({
      summary: expect.stringMatching(/\.$/),
      action: expect.stringMatching(/\w/),
    });
});
