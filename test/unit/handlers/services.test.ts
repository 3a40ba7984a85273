import { describe, expect, it } from 'vitest';
import type { ContainerStatus } from '../../../src/generated/covey/v1/ContainerStatus.ts';
import { servicesHere } from '../../../src/handlers/services.ts';
import { status } from '../../../src/handlers/status.ts';
import { readApp } from '../../../src/proxy/view.ts';
import { memoryOf } from '../../support/memory.ts';

const fields = {
  ...{ repo_url: 'r', branch: 'b', master: 'n1', slave: 'n2' },
  ct: { web: 'shop-web-1', db: 'shop-db-1' },
  caddyfile: 'https://shop.lab {\n  reverse_proxy shop-web-1:80\n}',
};
const balanced = { nodes: ['n1', 'n3'], services: ['web'], hosts: ['shop.lab'] };
const web: ContainerStatus = {
  ...{ app: 'shop', service: 'web', name: 'shop-web-1', state: 'running', health: '' },
  ...{ down: false, oneOff: false },
};
const db = { ...web, service: 'db', name: 'shop-db-1' };
/** With the exit status 0, and nothing by which Docker would start it again. */
const done = { state: 'exited' };
const killed = { state: 'exited', down: true };

const call = { signal: new AbortController().signal } as Parameters<ReturnType<typeof status>>[1];
/** What is wrong where the app's master has these containers. */
async function problems(containers: ContainerStatus[], more: object = {}) {
  const nodes = ['n1', 'n2'].map((name) => ({
    ...{ name, reachable: true, containers: name === 'n1' ? containers : [] },
  }));
  const records = { shop: JSON.stringify({ ...fields, ...more }) };
  return (await status({ node: 'n1', memory: memoryOf({ nodes, records }) })({}, call)).problems;
}

describe('a service on the master of an app', () => {
  it.each<[string, ContainerStatus[], string[]]>([
    ['runs', [web, db], []],
    ['has ended', [web, { ...db, ...killed }], ['shop on n1: db is exited']],
    ['was made and never started', [web, { ...db, state: 'created' }], ['shop on n1: db is created']],
    ['is not there', [web], ['shop on n1: db does not run']],
    ['is one of another app', [web, { ...db, app: 'blog' }], ['shop on n1: db does not run']],
    ['is a task that has done its work', [web, { ...db, ...done }], []],
    ['has ended in peace, though sites ask it', [{ ...web, ...done }, db], ['shop on n1: web is exited']],
    [
      'was only run by hand',
      [web, { ...db, name: 'shop-db-run-1', oneOff: true }],
      ['shop on n1: db does not run'],
    ],
    ['failed when it was run by hand', [web, db, { ...db, ...killed, oneOff: true }], []],
    // What a container is that is unwell is a problem by itself, and is told once.
    [
      'starts again and again',
      [web, { ...db, state: 'restarting' }],
      ['shop on n1: shop-db-1 is restarting'],
    ],
    ['has nothing beside it that runs', [{ ...db, ...killed }], ['shop does not run on its master n1']],
    ['runs in a task by hand alone', [{ ...db, oneOff: true }], ['shop does not run on its master n1']],
  ])('that %s', async (_, containers, expected) => {
    expect(await problems(containers)).toEqual(expected);
  });

  it('of which the record does not say that it is there is not missed', async () => {
    expect(await problems([web], { ct: { web: 'shop-web-1' } })).toEqual([]);
  });
});

describe('the services that belong on a node', () => {
  const apps = (more: object = {}) => [readApp('shop', JSON.stringify({ ...fields, ...more }), 1)];
  const here = (node: string, containers: ContainerStatus[], more: object = {}) =>
    servicesHere(node, apps(more), containers).map(({ service, runs }) => `${service} ${runs}`);

  it('are all on the master, and on another one of several nodes those that run there', () => {
    expect(here('n1', [web, db])).toEqual(['web true', 'db true']);
    expect(here('n2', [])).toEqual([]);
    expect(here('n3', [], { balanced })).toEqual(['web false']);
    expect(servicesHere('n1', [readApp('shop', '{', 1)], [])).toEqual([]);
  });

  it.each<[string, ContainerStatus[], boolean]>([
    ['that is not there', [web], false],
    ['that has ended', [web, { ...db, ...killed }], false],
    ['that has done its work', [web, { ...db, ...done }], true],
    // These have an alert of their own.
    ['that is unhealthy', [web, { ...db, health: 'unhealthy' }], true],
    ['that Docker starts again just now', [web, { ...db, state: 'restarting' }], true],
    ['that is starting', [web, { ...db, health: 'starting' }], true],
  ])('and one %s', (_, containers, runs) => {
    expect(here('n1', containers)).toEqual(['web true', `db ${runs}`]);
  });
});
