import { describe, expect, it } from 'vitest';
import { CoveyError } from '../../../src/errors.ts';
import type { ContainerStatus } from '../../../src/generated/covey/v1/ContainerStatus.ts';
import type { NodeStatus } from '../../../src/generated/covey/v1/NodeStatus.ts';
import { app } from '../../../src/handlers/app.ts';
import { apps } from '../../../src/handlers/apps.ts';
import type { Deps } from '../../../src/handlers/deps.ts';
import { status } from '../../../src/handlers/status.ts';
import { memoryOf } from '../../support/memory.ts';

const record = (nodes: string[], services = ['web']) =>
  JSON.stringify({
    ...{ repo_url: 'r', branch: 'b', master: 'n1', slave: 'n2' },
    ct: { web: 'shop-web-1' },
    balanced: { nodes, services, hosts: ['shop.lab'] },
  });
const web: ContainerStatus = {
  app: 'shop',
  service: 'web',
  name: 'shop-web-1',
  state: 'running',
  health: '',
};
const db = { ...web, service: 'db', name: 'shop-db-1' };
const node = (name: string, containers: ContainerStatus[] = [web]): NodeStatus => ({
  ...{ name, reachable: true, containers },
});
const away: NodeStatus = {
  ...node('n3'),
  reachable: false,
  error: 'the peer of n3 does not answer: refused',
};
const call = { signal: new AbortController().signal } as Parameters<ReturnType<typeof status>>[1];

/** What a peer that knows these nodes tells of the whole cluster. */
const told = (nodes: NodeStatus[], shop = record(['n1', 'n2', 'n3'])) =>
  status({ node: 'n1', memory: memoryOf({ nodes, records: { shop } }) })({}, call);
/** "node: state" of each, with what is wrong there. */
const states = async (...given: Parameters<typeof told>) =>
  ((await told(...given)).balanced ?? []).map(({ node, state, faults = [] }) =>
    [`${node}: ${state}`, ...faults].join(', '),
  );

describe('an app on several nodes', () => {
  it('is well where its services run on each, whatever else the master has', async () => {
    const { balanced, problems } = await told([node('n1', [web, db]), node('n2'), node('n3')]);
    expect(balanced?.[0]).toEqual({ app: 'shop', node: 'n1', services: ['web'], state: 'up', faults: [] });
    expect(balanced?.map((each) => `${each.node} ${each.state}`)).toEqual(['n1 up', 'n2 up', 'n3 up']);
    expect(problems).toEqual([]);
  });

  it('that runs on its master alone has no such nodes', async () => {
    expect((await told([node('n1')], record(['n1']))).balanced).toEqual([]);
  });

  it.each<[string, ContainerStatus[], string, string[]]>([
    ['nothing there', [], 'n3: down, web does not run', ['shop on n3: web does not run']],
    [
      'a container of another app alone',
      [{ ...web, app: 'blog' }],
      'n3: down, web does not run',
      ['shop on n3: web does not run'],
    ],
    [
      'one that has ended, whatever its health was',
      [{ ...web, state: 'exited' }],
      'n3: down, web is exited',
      ['shop on n3: web is exited'],
    ],
    // These are problems by themselves, and are told once.
    [
      'one that starts again and again',
      [{ ...web, state: 'restarting' }],
      'n3: down, web is restarting',
      ['shop on n3: shop-web-1 is restarting'],
    ],
    [
      'one that is unhealthy',
      [{ ...web, health: 'unhealthy' }],
      'n3: down, web is unhealthy',
      ['shop on n3: shop-web-1 is unhealthy'],
    ],
    // A deploy waits for it; it is no problem yet.
    ['one that is not healthy yet', [{ ...web, health: 'starting' }], 'n3: starting, web is starting', []],
    ['an old one beside a new one', [{ ...web, state: 'exited' }, web], 'n3: up', []],
  ])('with %s on one of them', async (_, containers, state, problems) => {
    const nodes = [node('n1'), node('n2'), node('n3', containers)];
    expect(await states(nodes)).toEqual(['n1: up', 'n2: up', state]);
    expect((await told(nodes)).problems).toEqual(problems);
  });

  it('has each of its services looked at', async () => {
    const shop = record(['n1', 'n2'], ['web', 'db']);
    expect(await states([node('n1', [web, db]), node('n2', [db])], shop)).toEqual([
      'n1: up',
      'n2: down, web does not run',
    ]);
  });

  it('of whose node nobody knows, or that has left, has no further problem there', async () => {
    expect(await states([node('n1'), node('n2'), away])).toEqual(['n1: up', 'n2: up', 'n3: unknown']);
    expect((await told([node('n1'), node('n2'), away])).problems).toEqual([away.error]);
    expect(await states([node('n1'), node('n2')])).toEqual(['n1: up', 'n2: up', 'n3: left']);
    expect((await told([node('n1'), node('n2')])).problems).toEqual([]);
  });

  it('of which nothing runs on its master has that said once, and what runs there in part too', async () => {
    const others = [node('n2'), node('n3')];
    expect((await told([node('n1', []), ...others])).problems).toEqual([
      'shop does not run on its master n1',
    ]);
    expect((await told([node('n1', [db]), ...others])).problems).toEqual(['shop on n1: web does not run']);
  });

  it('says the same by the other calls', async () => {
    const nodes = [node('n1'), node('n2', []), away];
    const memory = memoryOf({ nodes, records: { shop: record(['n1', 'n2', 'n3']) } });
    const { balanced } = await told(nodes);
    expect((await apps({ memory })({}, call)).apps?.[0]?.balanced).toEqual(balanced);
    const kv = { get: async () => undefined };
    const peers = { snapshots: async () => ({}) };
    const deps = { memory, kv, nodes: peers, bounds: { observe: 1_000 } } as unknown as Deps;
    const one = await app(deps)({ app: 'shop' }, call);
    expect(one.app?.balanced).toEqual(balanced);
    expect(one.problems).toEqual(['shop on n2: web does not run', 'the peer of n3 does not answer']);
  });

  it('is listed too by a peer that has heard of nobody yet', async () => {
    const memory = memoryOf({ records: { shop: record(['n1', 'n2']) } });
    const nobody = () => {
      throw new CoveyError('unavailable', 'n1 has not heard from Consul yet who the members are.');
    };
    const reply = await apps({ memory: { ...memory, nodes: nobody } })({}, call);
    expect(reply.apps?.[0]?.balanced?.map(({ state }) => state)).toEqual(['unknown', 'unknown']);
  });
});
