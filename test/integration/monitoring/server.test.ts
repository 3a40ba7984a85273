import { once } from 'node:events';
import { type RequestOptions, request } from 'node:https';
import { networkInterfaces } from 'node:os';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { CoveyError } from '../../../src/errors.ts';
import { connect } from '../../../src/rpc/connection.ts';
import { clusterMethods } from '../../../src/rpc/proto.ts';
import type { TlsMaterial } from '../../../src/rpc/tls.ts';
import { well } from '../../unit/monitoring/pictures.ts';
import { createCertificates, startServer } from '../peer/support.ts';
import { cleanup, listen, start } from './servers.ts';

let certificates: Awaited<ReturnType<typeof createCertificates>>;
let strangers: typeof certificates;
let node1: TlsMaterial;
let alice: TlsMaterial;
let mallory: TlsMaterial;

beforeAll(async () => {
  certificates = await createCertificates();
  strangers = await createCertificates();
  node1 = await certificates.of('node1');
  alice = await certificates.of('alice', 'operator');
  mallory = await strangers.of('mallory', 'operator');
});
afterEach(() => cleanup.run());
afterAll(async () => {
  await certificates.remove();
  await strangers.remove();
});

/** An address of this machine that is not loopback. */
const outside = Object.values(networkInterfaces())
  .flatMap((each) => each ?? [])
  .find(({ internal, family }) => !internal && family === 'IPv4')?.address;

describe('on loopback', () => {
  test('it tells its metrics', async () => {
    const { url } = await start();
    const response = await fetch(`${url}/metrics`);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    expect(await response.text()).toContain('\ncovey_served_generation 7\n');
  });

  test('it is healthy while it answers', async () => {
    const { url } = await start();
    const response = await fetch(`${url}/healthz`);
    expect([response.status, await response.json()]).toEqual([200, { healthy: true }]);
  });

  test('it is ready without Consul, and says so', async () => {
    const { url } = await start();
    const response = await fetch(`${url}/readyz`);
    expect([response.status, await response.json()]).toEqual([200, { ready: true, checks: well.checks }]);
    expect(well.checks.consul.ok).toBe(false);
  });

  test('it is not ready while a check fails, and names it', async () => {
    const records = { ok: false, says: 'were not read yet' };
    const { url } = await start({ picture: { ...well, checks: { ...well.checks, records } } });
    const response = await fetch(`${url}/readyz`);
    expect([response.status, await response.json()]).toMatchObject([
      503,
      { ready: false, checks: { records } },
    ]);
  });

  test.each([
    ['GET', '/', 404],
    ['GET', '/metrics?name=x', 200],
    ['HEAD', '/readyz', 200],
    ['POST', '/metrics', 405],
  ])('%s %s is answered by %i', async (method, path, status) => {
    const { url } = await start();
    expect((await fetch(`${url}${path}`, { method })).status).toBe(status);
  });

  test('what cannot be told is an error, in the answer and in the log', async () => {
    const { said, logger } = listen();
    const broken = { ...well, told: undefined as never };
    const { url } = await start({ picture: broken, logger });
    expect((await fetch(`${url}/metrics`)).status).toBe(500);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    expect(said).toHaveLength(1);
  });
});

describe('elsewhere', () => {
  const get = async (port: number | undefined, options: RequestOptions) => {
    const sent = request({ host: outside, port, path: '/readyz', servername: 'node1', ...options }).end();
    const [response] = await once(sent, 'response');
    return { status: response.statusCode, body: await text(response) };
  };

  test('it speaks HTTPS to those that have a certificate of the cluster, and to no one else', async () => {
    const { port } = await start({ metrics: { host: outside ?? '' }, tls: node1 });
    const { ca, cert, key } = alice;
    expect(await get(port, { ca, cert, key })).toMatchObject({
      status: 200,
      body: expect.stringContaining('"ready": true'),
    });
    await expect(get(port, { ca })).rejects.toThrow(/certificate required|ECONNRESET/i);
    await expect(get(port, { ca, cert: mallory.cert, key: mallory.key })).rejects.toThrow(
      /alert|ECONNRESET|socket hang up/i,
    );
    await expect(fetch(`http://${outside}:${port}/metrics`)).rejects.toThrow('fetch failed');
  });

  test('it is plain with `insecure` alone', async () => {
    const { port } = await start({ metrics: { host: outside ?? '' }, insecure: true });
    expect((await fetch(`http://${outside}:${port}/healthz`)).status).toBe(200);
  });

  test('without TLS it stays on loopback, and says so', async () => {
    const { said, logger } = listen();
    const { port, url } = await start({ metrics: { host: outside ?? '' }, logger });
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    await expect(fetch(`http://${outside}:${port}/healthz`)).rejects.toThrow('fetch failed');
    expect(said).toEqual([
      ['warn', `Metrics are served on loopback only, not on ${outside}: there is no TLS`],
    ]);
  });
});

test('a port that is taken is an error in the log, and no more', async () => {
  const { port } = await start();
  const { said, logger } = listen();
  const second = await start({ metrics: { port: port ?? 0 }, logger });
  expect(second.port).toBeUndefined();
  expect(said).toEqual([
    [
      'error',
      expect.stringMatching(`^No metrics on 127.0.0.1 port ${port}: .*EADDRINUSE`),
      'Free it or set metrics.port to another one, then: docker restart covey-peer',
    ],
  ]);
});

test('it does not listen where it is switched off', async () => {
  expect((await start({ metrics: { enabled: false } })).port).toBeUndefined();
});

test('calls of gRPC are counted and timed, those that are refused too', async () => {
  const { metrics, url } = await start();
  const served = await startServer(
    node1,
    {
      Cluster: {
        Apps: async () => ({ apps: [] }),
        Status: async () => {
          throw new CoveyError('not-found', 'There is no app.');
        },
      },
    },
    { watchCall: metrics.watchCall },
  );
  cleanup.add(() => served.stop(0));
  const connection = connect({ host: '127.0.0.1', port: served.port }, { tls: alice });
  cleanup.add(() => connection.close());
  await connection.call(clusterMethods.Apps, {});
  await connection.call(clusterMethods.Apps, {});
  await expect(connection.call(clusterMethods.Status, {})).rejects.toMatchObject({ code: 'not-found' });
  const scraped = async () => (await fetch(`${url}/metrics`)).text();
  const of = (method: string) => `service="covey.v1.Cluster",method="${method}"`;
  for (const line of [
    `covey_rpc_calls_total{${of('Apps')},code="OK"} 2`,
    `covey_rpc_calls_total{${of('Status')},code="NOT_FOUND"} 1`,
    `covey_rpc_duration_seconds_count{${of('Apps')}} 2`,
    `covey_rpc_running{${of('Apps')}} 0`,
  ])
    await expect.poll(scraped).toContain(line);
});
