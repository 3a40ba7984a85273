import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { createLogger } from '../../../src/logger.ts';
import { createApplier } from '../../../src/proxy/applier.ts';
import { goodPartsIn } from '../../../src/proxy/good-parts.ts';
import type { Pace } from '../../../src/proxy/pace.ts';
import { createRoutes } from '../../../src/proxy/routes.ts';
import { createServed } from '../../../src/proxy/served.ts';
import type { Sources } from '../../../src/proxy/view.ts';
import { haproxyDefaults } from '../../../src/render/haproxy/settings.ts';
import { host, onFirst } from '../../support/records.ts';
import { echoUpstream, streamUpstream } from './streams.ts';
import { startNode } from './support.ts';

export const signal = AbortSignal.timeout(900_000);
const logger = createLogger({ level: 'silent' });
/** HAProxy's port of the app `other`. */
export const PORT = 2222;
export const domainsMap = '/var/lib/covey/haproxy/domains.map';

/** A node with routes that follow the records which the test writes. */
export async function setUp({
  pace,
  hardStopAfter = haproxyDefaults.hardStopAfter,
}: {
  pace: { haproxy: Pace; caddy: Pace };
  hardStopAfter?: string;
}) {
  const node = await startNode({ publish: [PORT], pace });
  // Docker's bridge has an address only once a container is on it
  const [http, tcp] = [await streamUpstream(), await echoUpstream()];
  const state = await mkdtemp(join(tmpdir(), 'covey-pacing-'));
  const ending = new AbortController();
  onTestFinished(async () => {
    ending.abort();
    http.close();
    tcp.close();
    await node.dispose();
    await rm(state, { recursive: true });
  });
  const served = createServed();
  const routes = createRoutes({
    node: 'n1',
    applier: createApplier({
      node: 'n1',
      caddy: node.caddy,
      haproxy: node.haproxy,
      settings: { internalCa: true },
      haproxySettings: { ...haproxyDefaults, hardStopAfter },
      goodParts: goodPartsIn(state, logger),
    }),
    served,
    lastKnown: { load: async () => undefined, save: async () => undefined },
    logger,
    signal: ending.signal,
  });

  const records = new Map<string, { value: string; modifyIndex: number }>();
  const maintenance = new Set<string>();
  const members = [
    { name: 'n1', address: '192.0.2.7' },
    { name: 'n2', address: '192.0.2.8' },
  ];
  let index = 0;
  const put = (name: string, more: object = {}) => {
    index += 1;
    const record = {
      ...onFirst(name),
      caddyfile: site(name),
      ...more,
    };
    records.set(name, { value: JSON.stringify(record), modifyIndex: index });
  };
  const site = (name: string, ...hosts: string[]) => {
    const addresses = [host(name), ...hosts].flatMap((one) => [`http://${one}`, `https://${one}`]);
    return `${addresses.join(', ')} {\n\treverse_proxy ${http.address}\n}`;
  };
  const sources = (): Sources => ({
    apps: [...records].map(([name, { value, modifyIndex }]) => ({ key: `app/${name}`, value, modifyIndex })),
    maintenance: [...maintenance].map((name) => `maintenance/${name}`),
    members: [...members],
  });
  /** Waits until the node serves all that the records say. */
  const follow = async () => {
    // a record that is written anew tells when the view is served, also where only a key or a member has changed
    put('mark', { domains: [], urls: '', caddyfile: '' });
    routes.update(sources());
    expect(await served.await('mark', index, signal)).toBe('');
  };
  /** An app's own port, behind which is the echo. */
  const port = (wanted: number) => {
    const [ct, behind] = tcp.address.split(':');
    const backend = { name: `raw-${wanted}`, ct, port: Number(behind), peer_port: wanted };
    return { [`raw-${wanted}`]: { frontend: { mode: 'tcp', bind: [`*:${wanted}`] }, backends: [backend] } };
  };
  return { node, http, routes, served, put, maintenance, members, sources, follow, port, site, records };
}

/** For tests in which nothing has to wait for its turn. */
export const none = (): Pace => ({ turn: async () => undefined, rest: () => undefined });
