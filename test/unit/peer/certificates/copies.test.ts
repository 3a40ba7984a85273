import { describe, expect, it, onTestFinished } from 'vitest';
import { type AppRecord, parseRecord } from '../../../../src/app/record.ts';
import { CoveyError } from '../../../../src/errors.ts';
import { createLogger } from '../../../../src/logger.ts';
import { copiesOf, copyBySchedule } from '../../../../src/peer/certificates/copies.ts';
import type { View, ViewedApp } from '../../../../src/proxy/view.ts';

const record = {
  repo_url: 'r',
  branch: 'b',
  master: 'node1',
  slave: 'node2',
  domains: ['a.lab', 'A.lab:443'],
};
const balanced = { nodes: ['node1', 'node2'], services: ['web'], hosts: ['a.lab'] };
const shop = (more: Partial<AppRecord> = {}): ViewedApp => ({
  name: 'shop',
  index: 1,
  record: parseRecord('shop', JSON.stringify({ ...record, ...more })),
});
const viewWith = (...apps: ViewedApp[]): View => ({ apps, maintenance: new Set(), members: [] });

describe('copiesOf', () => {
  it.each<[string, ViewedApp, unknown[]]>([
    [
      'the hosts of an app of this slave',
      shop(),
      [{ app: 'shop', master: 'node1', hosts: ['a.lab'], isServed: false }],
    ],
    [
      'those of an app that it serves as one of several',
      shop({ slave: null, balanced }),
      [{ app: 'shop', master: 'node1', hosts: ['a.lab'], isServed: true }],
    ],
    ['none of another slave', shop({ slave: 'node3' }), []],
    ['none of an app of this master', shop({ master: 'node2', slave: 'node3' }), []],
    ['none without a site', shop({ domains: [] }), []],
    ['none where a domain is no host name', shop({ domains: ['a b'] }), []],
    ['none of a record that cannot be read', { name: 'shop', index: 1, error: 'bad' }, []],
  ])('%s', (_, app, copies) => {
    expect(copiesOf('node2', viewWith(app))).toEqual(copies);
  });
});

/** The schedule of node2, with a node1 that gives as it is told. */
function setUp(view: View, times = { first: 5, every: 60_000, retry: 5 }) {
  const stop = new AbortController();
  let outdated = new AbortController();
  const world = {
    view,
    asked: [] as string[],
    said: [] as string[],
    reloads: 0,
    give: async () => [] as { host: string; issuer: string; outcome: string }[],
    change: (next: View) => {
      world.view = next;
      const before = outdated;
      outdated = new AbortController();
      before.abort();
    },
  };
  const running = copyBySchedule(
    {
      node: 'node2',
      view: () => world.view,
      outdated: () => outdated.signal,
      take: async (node, hosts) => {
        world.asked.push(`${node} ${hosts.join()}`);
        return world.give();
      },
      reload: () => {
        world.reloads += 1;
      },
      logger: createLogger({ level: 'info' }, { write: (line: string) => world.said.push(line) }),
      times,
    },
    stop.signal,
  );
  onTestFinished(async () => {
    stop.abort();
    await running;
  });
  return world;
}

it('a slave copies the certificates of its apps, and anew from another master', async () => {
  // Each time it waits twice as long: there is no second one in this test.
  const world = setUp(viewWith(shop()), { first: 300, every: 60_000, retry: 5 });
  world.give = async () => [{ host: 'a.lab', issuer: 'local', outcome: 'kept' }];
  await expect.poll(() => world.said.length, { interval: 5 }).toBe(1);
  expect(world.said[0]).toContain('Copied certificates');
  world.give = async () => [{ host: 'a.lab', issuer: 'local', outcome: 'is here' }];
  world.change(viewWith(shop({ branch: 'other' })));
  world.change(viewWith(shop({ master: 'node3' })));
  await expect.poll(() => world.asked, { interval: 5 }).toEqual(['node1 a.lab', 'node3 a.lab']);
  expect(world.said).toHaveLength(1);
});

it('a slave copies often at first, as its master may still be getting a certificate', async () => {
  const world = setUp(viewWith(shop()));
  await expect.poll(() => world.asked.length, { interval: 5 }).toBeGreaterThan(3);
  expect(world.said).toEqual([]);
});

it('tries again after a failure, and says it once', async () => {
  const world = setUp(viewWith(shop()));
  world.give = async () => {
    throw new CoveyError('unavailable', 'node1 is off');
  };
  await expect.poll(() => world.asked.length, { interval: 5 }).toBeGreaterThan(3);
  expect(world.said).toHaveLength(1);
  expect(world.said[0]).toContain('Certificates are not copied: node1 is off');
});

it.each([
  ['has Caddy load what came for sites that it serves already, and only that', { slave: null, balanced }, 1],
  ['leaves Caddy alone where it serves nothing of it', {}, 0],
])('%s', async (_, more, reloads) => {
  const world = setUp(viewWith(shop(more)), { first: 5, every: 10, retry: 5 });
  const outcomes = ['kept', 'is here', 'is of no use'];
  world.give = async () => [
    { host: 'a.lab', issuer: 'ca', outcome: outcomes[world.asked.length - 1] ?? 'is here' },
  ];
  await expect.poll(() => world.asked.length, { interval: 5 }).toBeGreaterThan(3);
  expect(world.reloads).toBe(reloads);
});
