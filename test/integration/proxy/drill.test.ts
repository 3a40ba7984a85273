import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Target } from '../../../src/drill/connections/asker.ts';
import { startLoad } from '../../../src/drill/load.ts';
import { type Lane, lanesOf } from '../../../src/drill/look.ts';
import type { Sample } from '../../../src/drill/report.ts';
import { calmNode, HOST, text } from './calm-site.ts';
import type { Node } from './support.ts';

const LOADS = 10;
const signal = AbortSignal.timeout(120_000);
let node: Node;
beforeAll(async () => {
  node = await calmNode(signal);
});
afterAll(() => node.dispose());

const closed = (lanes: readonly Lane[]): number => {
  for (const { asker } of lanes) asker.close();
  return lanes.length;
};

it('the load of a drill takes no reload of Caddy for a failure', async () => {
  await node.caddy.load(text(0), signal);
  const target = (scheme: 'http' | 'https', port: number): Target => ({
    ...{ node: 'n1', address: '127.0.0.1', port, site: { scheme, host: HOST, path: '/' } },
  });
  const targets = [target('http', await node.port(80)), target('https', await node.port(443))];
  // Caddy has to make its certificate first.
  await expect
    .poll(() => lanesOf(targets, { signal, apart: 0 }).then(closed, String), { timeout: 20_000 })
    .toBe(5);
  const lanes = await lanesOf(targets, { signal });
  const samples: Sample[] = [];
  const load = startLoad({ lanes, rate: 300, onSample: (sample) => samples.push(sample) }, 'reloads');
  await load.underWay(signal);
  for (let number = 1; number <= LOADS; number++) await node.caddy.load(text(number), signal);
  await node.caddy.idle();
  await load.stop();
  expect(samples.filter(({ problem }) => problem !== undefined)).toEqual([]);
  const byWay = Map.groupBy(samples, ({ way }) => way);
  expect(byWay.size).toBe(5);
  // A kept connection that goes with its configuration costs one of the next requests at most.
  expect(samples.filter(({ retried }) => retried).length).toBeLessThanOrEqual(3 * LOADS);
});
