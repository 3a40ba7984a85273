import { afterAll, beforeAll, expect, it } from 'vitest';
import { arm, disarm } from './faulty.ts';
import { deploy, destroy, dropSnapshots, eventually, must, type PublishedApp, publish } from './support.ts';

/** One service with a port of its own, of raw TCP to HAProxy, with data, and without a site. */
const compose = `services:
  web:
    build: .
    restart: unless-stopped
    environment:
      HAPROXY: |
        ports-wait:
          frontend: { mode: tcp, bind: ["*:2345"] }
          backends: [{ name: ports-wait, port: 8000, peer_port: 2345 }]
    volumes: ["data:/data"]
    networks: [cluster_default]
volumes:
  data:
    driver: anybox/buttervolume:latest
networks:
  cluster_default:
    external: true
`;
let app: PublishedApp;

beforeAll(async () => {
  app = await publish('ports-wait', { compose });
  await destroy(app.http);
  await dropSnapshots(app);
  await deploy('node2', app.http, '--master', 'node1', '--slave', 'node2', '--wait');
});
afterAll(async () => {
  await disarm('node2');
  await destroy(app.http);
});

/** One connection, which nobody tries again. */
const ask = (node: string) =>
  must(node, 'curl', '-sS', '--fail', '--max-time', '25', 'http://127.0.0.1:2345/release');

it.each([
  ['where the app stays', 'two', 'node1', 'node2'],
  ['where it moves', 'three', 'node2', 'node1'],
] as const)(
  'a connection that comes to a port of a stopped app is answered by the next release, %s',
  async (_, release, master, slave) => {
    await eventually(
      () => ask('node3'),
      (said) => said !== '',
    );
    await publish('ports-wait', { compose, release });
    const point = await arm('node2', `begin:start@${master}`, 'wait');
    const deploying = deploy('node2', app.http, '--master', master, '--slave', slave, '--wait');
    await point.reached();
    const asked = Promise.all(['node3', 'node1', 'node2'].map(ask));
    expect(await Promise.race([asked, new Promise((resolve) => setTimeout(resolve, 1_000, 'none'))])).toBe(
      'none',
    );
    await point.release();
    expect(await asked).toEqual([0, 1, 2].map(() => `${release}\n`));
    await deploying;
    expect(await ask('node3')).toBe(`${release}\n`);
  },
  240_000,
);
