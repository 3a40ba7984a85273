import { expect, it } from 'vitest';
import type { Quarantine } from '../../../src/generated/covey/v1/Quarantine.ts';
import { nodes } from '../../../src/handlers/nodes.ts';
import { status } from '../../../src/handlers/status.ts';
import { memoryOf, type Remembered } from '../../support/memory.ts';

const call = { signal: new AbortController().signal } as Parameters<ReturnType<typeof status>>[1];
const problems = async (remembered: Remembered) =>
  (await status({ node: 'n1', memory: memoryOf(remembered) })({}, call)).problems;

const record = JSON.stringify({ repo_url: 'r', branch: 'b', master: 'n1' });
const container = { app: 'shop', service: 'web', name: 'shop-web-1', state: 'running', health: '' };
const well = { name: 'n1', reachable: true, containers: [container] };

it('tells once what is wrong with a swarm key, and of each node what its HAProxy refuses', async () => {
  const quarantines: Quarantine[] = [
    { app: 'swarm/a', part: 'swarm', error: 'swarm/a is not valid JSON' },
    { app: 'swarm/b', part: 'haproxy', error: 'no such option' },
  ];
  const both = ['n1', 'n2'].map((name) => ({ name, reachable: true, quarantines }));
  expect(await problems({ nodes: both })).toEqual([
    'swarm/b on n1: haproxy: no such option',
    'swarm/b on n2: haproxy: no such option',
    'swarm/a is not valid JSON',
  ]);
});

it('tells of apps that do not run, and of containers that are not well, where their node is reached', async () => {
  const ask = (node: object) => problems({ nodes: [{ ...well, ...node }], records: { shop: record } });
  expect(await ask({})).toEqual([]);
  expect(await ask({ containers: [] })).toEqual(['shop does not run on its master n1']);
  expect(await ask({ containers: [{ ...container, health: 'unhealthy' }] })).toEqual([
    'shop on n1: shop-web-1 is unhealthy',
  ]);
  const error = 'the peer of n1 does not answer: refused';
  expect(await ask({ reachable: false, error, containers: [] })).toEqual([error]);
});

it('tells who does not reach whom, of those that others reach', async () => {
  const since = Date.now() - 10 * 60_000 - 500;
  const away = { node: 'n3', reached: false, since };
  const cut = { name: 'n2', reachable: true, reach: [{ node: 'n1', reached: false, since }, away] };
  expect(
    await problems({ nodes: [well, cut, { name: 'n3', reachable: false, error: 'n3 is away' }] }),
  ).toEqual(['n3 is away', 'n2 does not reach the peer of n1, for 10 min']);
});

it('says that Consul does not answer, and shows what was last known', async () => {
  expect(await problems({ nodes: [well], records: { shop: record }, consulAnswers: false })).toEqual([
    'Consul does not answer n1: members and records are shown as it last told them',
  ]);
});

it('nodes are shown with what they told, those that left too', async () => {
  const load = { cpus: 2 };
  const memory = memoryOf({
    nodes: [{ ...well, version: '1.2.3', load }],
    members: [
      { name: 'n1', address: '10.0.0.1', state: 'alive', server: true },
      { name: 'n2', address: '10.0.0.2', state: 'left', server: true },
    ],
    records: {
      shop: record,
      blog: JSON.stringify({
        ...{ repo_url: 'r', branch: 'b', master: 'n2', slave: 'n1' },
        balanced: { nodes: ['n2', 'n1'], services: ['web', 'api'], hosts: [] },
      }),
    },
  });
  expect((await nodes({ memory })({}, call)).nodes).toEqual([
    {
      ...{ name: 'n1', address: '10.0.0.1', state: 'alive', version: '1.2.3' },
      ...{ masters: 1, slaves: 1, servicesOf: 1, silent: false, load },
    },
    {
      ...{ name: 'n2', address: '10.0.0.2', state: 'left', version: '' },
      ...{ masters: 1, slaves: 0, servicesOf: 0, silent: true, load: null },
    },
  ]);
});
