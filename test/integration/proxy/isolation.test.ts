import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createLogger } from '../../../src/logger.ts';
import { type Applier, createApplier } from '../../../src/proxy/applier.ts';
import { goodPartsIn } from '../../../src/proxy/good-parts.ts';
import { mutated } from '../../support/mutations.ts';
import { apps, host, viewOfRecords } from '../../support/records.ts';
import { type Node, startNode } from './support.ts';

const signal = AbortSignal.timeout(900_000);
let node: Node;
let state: string;
let applier: Applier;
beforeAll(async () => {
  node = await startNode();
  state = await mkdtemp(join(tmpdir(), 'covey-isolation-'));
  applier = createApplier({
    node: 'n1',
    caddy: node.caddy,
    haproxy: node.haproxy,
    settings: { internalCa: true },
    goodParts: goodPartsIn(state, createLogger({ level: 'silent' })),
  });
});
afterAll(async () => {
  await node.dispose();
  await rm(state, { recursive: true, force: true });
});

const short = (app: string) => app.split('_', 1)[0] ?? '';

/** What Caddy itself has of a host: every route for it. */
async function routes(app: string): Promise<string[]> {
  const config = JSON.stringify(await node.caddyConfig());
  const found: string[] = [];
  JSON.parse(config, (_, value: unknown) => {
    const match = (value as { match?: { host?: string[] }[] } | null)?.match;
    if (Array.isArray(match) && match.some((each) => each.host?.includes(host(short(app)))))
      found.push(JSON.stringify(value));
    return value;
  });
  return found.sort();
}

/** All that can be seen of an app that is served: requests, its routes in Caddy, its sections in HAProxy's own file. */
async function seen(app: string) {
  const name = short(app);
  const text = await readFile(node.haproxyConfig, 'utf8');
  return {
    answer:
      name === 'gamma'
        ? (await node.visit(host(name), '/old')).headers.location
        : (await node.visit(host(name))).body,
    routes: await routes(app),
    sections: text.split(/^(?=\S)/m).filter((section) => section.split('\n', 1)[0]?.endsWith(`-${name}`)),
    rules: text
      .split('\n')
      .filter((line) => line.startsWith('    use_backend') && line.includes(`-${name} `)),
  };
}

/** What a swarm key has in HAProxy's own file and map. */
async function key(name: string) {
  const text = await readFile(node.haproxyConfig, 'utf8');
  const map = await node.runtime('show map /var/lib/covey/haproxy/domains.map', signal);
  return {
    leads: map.split('\n').flatMap((line) => (line.includes(host(name)) ? [line.split(' ').at(-1)] : [])),
    sections: text.split(/^(?=\S)/m).filter((section) => section.split('\n', 1)[0]?.endsWith(`-${name}`)),
    rules: text.split('\n').filter((line) => line.includes(`http-swarm-rule-${name} `)),
  };
}

it('changes nothing of what other apps have live in Caddy and HAProxy, whatever becomes of one', async () => {
  const others = [...apps.keys()].filter((app) => apps.get(app)?.master === 'n1');
  expect(await applier.apply(viewOfRecords(apps), signal)).toEqual([]);
  const before = new Map<string, Awaited<ReturnType<typeof seen>>>();
  for (const app of others) before.set(app, await seen(app));
  const alone = await key('alone');
  expect(alone).toMatchObject({ sections: { length: 3 }, rules: { length: 1 } });
  expect(before.get('alpha_master.11111')).toMatchObject({ answer: 'alpha', sections: { length: 3 } });

  for (const { app, record, maintenance } of fc.sample(mutated, { numRuns: 30, seed: 1 })) {
    const what = JSON.stringify({ app, record, maintenance });
    const refused = await applier.apply(
      viewOfRecords(new Map(apps).set(app, record), maintenance ? [app] : []),
      signal,
    );
    expect(
      refused.filter((each) => each.app !== app && !(each.app === 'swarm/wanted' && each.part === 'swarm')),
      what,
    ).toEqual([]);
    for (const other of others.filter((each) => each !== app)) {
      const [was, is] = [before.get(other), await seen(other)];
      // another app may have a path of the host: that is an address of its own
      expect(is, what).toEqual({ ...was, routes: expect.arrayContaining(was?.routes ?? []) });
    }
    expect(await key('alone'), what).toEqual(alone);
    expect(await applier.apply(viewOfRecords(apps), signal), what).toEqual([]);
  }
  for (const app of others) expect(await seen(app)).toEqual(before.get(app));
  expect(await key('alone')).toEqual(alone);
}, 120_000);
