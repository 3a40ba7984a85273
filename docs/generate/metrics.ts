// `npm run docs`: writes docs/metrics.md from the metrics of the peer. `npm test` fails where that was forgotten.
import { writeFileSync } from 'node:fs';
import { metricsPage } from './metrics-page.ts';
import { root } from './program.ts';

writeFileSync(`${root}docs/metrics.md`, metricsPage());
