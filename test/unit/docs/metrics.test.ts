import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { metricsOf, metricsPage } from '../../../docs/generate/metrics-page.ts';
import { root } from '../../../docs/generate/program.ts';

test('docs/metrics.md says what the sources say', () => {
  const hasPage = readFileSync(`${root}docs/metrics.md`, 'utf8') === metricsPage();
  expect(hasPage, 'docs/metrics.md is old: `npm run docs` writes it anew').toBe(true);
});

test.each(metricsOf())("$name goes by Prometheus's conventions", ({ name, help, type, labels }) => {
  expect(name).toMatch(/^covey_[a-z0-9]+(_[a-z0-9]+)*$/);
  expect(name.endsWith('_total')).toBe(type === 'counter');
  expect(name).not.toMatch(/_(ms|milliseconds|minutes|kb|mb|percent)(_|$)/);
  expect(help).toMatch(/\S.*\.$/);
  // Prometheus gives these to whom it asks, and would rename ours.
  for (const label of ['job', 'instance', 'node']) expect(labels).not.toContain(label);
});
