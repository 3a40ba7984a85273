import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openCaddyStorage } from '../../../src/proxy/certificates/storage.ts';
import {
  answersOn,
  apply,
  ask,
  both,
  forget,
  nodes,
  ofHosts,
  recordOf,
  useBalance,
} from './balance-nodes.ts';
import { asking, schemes } from './balance-visits.ts';

// n1 has certificates; n2 waits for a CA that does not answer, as a node that is not the master does.
useBalance({ n2: { internalCa: false, acme: { ca: 'https://127.0.0.1:9/directory' } } });
const ISSUER = '127.0.0.1-9-directory';

const [ONE, MORE] = ['shop.example.com', 'more.example.com'] as const;
/** A release that has another host. */
const more = () => ofHosts([ONE, MORE]);

/** As a copy from the master does it: Caddy of n2 has what that of n1 has, and is given its configuration anew. */
async function copy(host: string, hosts: object): Promise<void> {
  const storage = (name: (typeof both)[number]) => openCaddyStorage(join(nodes[name].data, 'caddy'));
  const given = () => storage('n1').certificates([host]);
  await expect.poll(given, { timeout: 20_000 }).toHaveLength(1);
  for (const each of await given())
    expect(await storage('n2').keep({ ...each, issuer: ISSUER })).toBe('kept');
  forget('n2');
  await apply({}, hosts);
}

/** Who answers for a host, by scheme, of many requests. */
async function answering(host: string): Promise<Record<string, string[]>> {
  const found = schemes.map(async (scheme) => {
    const said = new Set<string>();
    for (let count = 0; count < 6; count += 1)
      for (const node of both) said.add(await ask(node, scheme, '/', host));
    return [scheme, [...said].toSorted()];
  });
  return Object.fromEntries(await Promise.all(found));
}
const until = (host: string, wanted: { http: string[]; https: string[] }) =>
  expect.poll(() => answering(host), { timeout: 20_000, interval: 100 }).toEqual(wanted);

const all = { http: [...both], https: [...both] };
const masterAlone = { http: [...both], https: ['n1'] };

describe('a node without a certificate', () => {
  it('takes part in HTTP alone, and says so', async () => {
    await until(ONE, masterAlone);
    expect(await answersOn('n2', 'http')).toBe(true);
    expect(await answersOn('n2', 'https')).toBe(false);
    expect(await answersOn('n1', 'https')).toBe(true);
  });

  it('takes part in HTTPS as soon as it has been given it', async () => {
    await copy(ONE, ofHosts([ONE]));
    const copied = performance.now();
    await until(ONE, all);
    expect(performance.now() - copied).toBeLessThan(5_000);
    expect(await answersOn('n2', 'https')).toBe(true);
  });

  it('takes none of the host alone whose is missing, and what is under way there goes on', async () => {
    await until(ONE, all);
    const long = Array.from({ length: 4 }, () => ask('n1', 'https', '/after/6000'));
    const visitors = asking();
    await apply({}, more());
    await expect.poll(() => answersOn('n1', 'https'), { timeout: 20_000 }).toBe(true);
    expect(await answersOn('n2', 'https')).toBe(false);
    await until(MORE, masterAlone);
    await until(ONE, all);
    // What was so by chance would not stay so. One after the other: both are balanced by the same turns, and two who ask in step get a node each.
    expect((await answering(MORE)).https).toEqual(['n1']);
    await until(ONE, all);
    expect([...new Set(await Promise.all(long))].toSorted()).toEqual([...both]);
    await copy(MORE, more());
    await until(MORE, all);
    // One host over TLS again.
    await apply({}, ofHosts([ONE]));
    await until(ONE, all);
    expect((await visitors.stop()).failures).toEqual([]);
    await apply({}, more());
    await until(MORE, all);
  });

  it('is not asked for a host of the release that runs there before that is recorded', async () => {
    await until(ONE, all);
    const next = ofHosts([ONE, MORE, 'next.example.com']);
    await apply({ n2: { record: recordOf(next), index: 7 } }, more());
    expect(await answersOn('n2', 'https')).toBe(true);
    await apply({}, more());
  });
});
