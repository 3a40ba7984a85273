import { createMetrics } from '../../src/monitoring/metrics.ts';
import { code, escaped, markdownTable } from './markdown.ts';

const intro = `# Metrics

What a peer tells at \`/metrics\`, in the text format of Prometheus. \`npm run docs\` makes this page of \`src/monitoring\`.
[operations.md](operations.md#monitoring) says how it is asked; [examples/monitoring](../examples/monitoring/README.md) has a
dashboard and alerts.

Besides these there is what \`prom-client\` tells of every Node program: \`process_…\` (CPU, memory, files) and \`nodejs_…\` (garbage,
handles, and the event loop's lag, \`nodejs_eventloop_lag_seconds\`). A histogram has \`_bucket\`, \`_sum\` and \`_count\` behind its name.

What a node tells of its state is not there while it has told nothing of it yet.

`;

interface Metric {
  name: string;
  help: string;
  type: string;
  labels: readonly string[];
}

/** All metrics of covey's own. No scrape takes place, so there is nothing to look at. */
export function metricsOf(): Metric[] {
  const { registry } = createMetrics('', () => {
    throw new Error('Nothing is scraped here.');
  });
  return registry
    .getMetricsAsArray()
    .filter(({ name }) => name.startsWith('covey_'))
    .map((metric) => {
      const { labelNames } = metric as typeof metric & { labelNames: readonly string[] };
      return { name: metric.name, help: metric.help, type: String(metric.type ?? ''), labels: labelNames };
    })
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

export function metricsPage(): string {
  const rows = metricsOf().map(({ name, help, type, labels }) => [
    code(name),
    type,
    labels.map(code).join(', '),
    escaped(help),
  ]);
  return `${intro}${markdownTable(['Metric', 'Type', 'Labels', 'Meaning'], rows)}`;
}
