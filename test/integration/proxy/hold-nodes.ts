import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'vitest';
import { formatHold, type HoldState } from '../../../src/app/hold.ts';
import { clearHoldSockets } from '../../../src/proxy/hold-sockets.ts';
import { viewOf } from '../../../src/proxy/view.ts';
import { haproxyDefaults } from '../../../src/render/haproxy/settings.ts';
import { nodeApplier } from './node-applier.ts';
import { startNode } from './support.ts';

export const HOST = 'held.example.com';
export const names = ['n1', 'n2', 'n3'] as const;
export type Name = (typeof names)[number];

/** A drain waits for so long without a request, in milliseconds: connections that Caddy is closing may still bring one. */
const QUIET = 300;

/** An app that can be stopped: it tells who it is, and what it was asked. */
export interface HeldApp {
  address: string;
  start(by: string): Promise<void>;
  stop(): Promise<void>;
}

async function heldApp(): Promise<HeldApp> {
  let server: Server | undefined;
  let port = 0;
  const start = async (by: string) => {
    server = createServer(async (request, response) => {
      let body = '';
      for await (const chunk of request) body += chunk;
      const { method, url, headers } = request;
      response.end(
        JSON.stringify({
          by,
          method,
          url,
          body,
          proto: headers['x-forwarded-proto'],
          client: headers['x-forwarded-for'],
        }),
      );
    });
    await new Promise<void>((resolve) => server?.listen(port, '0.0.0.0', resolve));
    port = (server.address() as AddressInfo).port;
  };
  const stop = async () => {
    const stopping = server;
    if (stopping === undefined) return;
    server = undefined;
    await new Promise((resolve) => {
      stopping.close(resolve);
      stopping.closeAllConnections();
    });
  };
  await start('first');
  const bridge = networkInterfaces().docker0?.find(({ family }) => family === 'IPv4');
  return { address: `${bridge?.address}:${port}`, start, stop };
}

/** Three nodes with real proxies, and an app of which each has an own container; `leaving` as of `startNode`. */
export async function holdNodes({ seconds = 30, queue = 1_000, leaving = 30 } = {}) {
  const nodes = {
    n1: await startNode({ publish: [2222], leaving }),
    n2: await startNode({ leaving }),
    n3: await startNode({ leaving }),
  };
  const apps = { n1: await heldApp(), n2: await heldApp(), n3: await heldApp() };
  const state = await mkdtemp(join(tmpdir(), 'covey-hold-'));
  const applier = (node: Name) =>
    nodeApplier(node, nodes[node], state, {
      haproxySettings: { ...haproxyDefaults, hold: { seconds, queue } },
      onRoutes: (apps) => clearHoldSockets(nodes[node].run, apps),
    });
  const appliers = { n1: applier('n1'), n2: applier('n2'), n3: applier('n3') };
  let index = 1;
  let master: Name = 'n1';
  let recordIndex = 1;
  let hold: { value: string; modifyIndex: number } | undefined;
  let others = 0;

  // What the site asks for is the same on each node; only the container behind it is another one.
  const site = (to: string) => `http://${HOST}, https://${HOST} {\n\treverse_proxy ${to}\n}`;
  const record = (node: Name, caddyfile: string, domains: string[], more: object = {}) =>
    JSON.stringify({
      ...{ repo_url: 'https://git.example.com/a', branch: 'master', master: node, ip: nodes[node].address },
      ...{ domains, caddyfile, ...more },
    });
  const view = (node: Name) =>
    viewOf({
      apps: [
        {
          key: 'app/held',
          value: record(master, site(apps[node].address), [HOST]),
          modifyIndex: recordIndex,
        },
        ...Array.from({ length: others }, (_, at) => ({
          key: `app/other${at}`,
          value: record('n1', `http://o${at}.example.com {\n\trespond x\n}`, [`o${at}.example.com`], {
            haproxy: {
              [`o${at}`]: {
                frontend: { mode: 'tcp', bind: [`*:${3000 + at}`] },
                backends: [{ name: `o${at}`, port: 1, peer_port: 4000 + at, ct: 'o' }],
              },
            },
          }),
          modifyIndex: 1,
        })),
      ],
      maintenance: [],
      members: names.map((name) => ({ name, address: nodes[name].address })),
      holds: hold ? [{ key: 'covey/hold/held', ...hold }] : [],
    });
  const apply = async (...order: Name[]) => {
    for (const node of order) {
      expect(await appliers[node].apply(view(node), AbortSignal.timeout(60_000))).toEqual([]);
      // Until then what comes by a connection that is there already goes to where it went before.
      await nodes[node].caddy.idle();
    }
    await pause(QUIET);
  };
  return {
    nodes,
    apps,
    apply,
    /** As it comes by Consul, the record with it where `to` is given; the nodes hear of it in that order. */
    async hold(
      where: { node: Name; from: Name },
      to: HoldState,
      order: readonly Name[] = names,
      committed?: Name,
    ) {
      index += 1;
      hold = { value: formatHold({ ...where, operation: 'r', state: to }), modifyIndex: index };
      if (committed) {
        master = committed;
        recordIndex = index;
      }
      await apply(...order);
    },
    async end() {
      hold = undefined;
      await apply(...names);
      for (const node of names)
        expect((await readdir(nodes[node].run)).filter((name) => name.startsWith('hold-'))).toEqual([]);
    },
    /** Somebody deploys another app: Caddy and HAProxy of n1 load anew. */
    async another() {
      others += 1;
      await apply('n1');
    },
    async dispose() {
      for (const node of names) {
        await apps[node].stop();
        await nodes[node].dispose();
      }
      await rm(state, { recursive: true, force: true });
    },
  };
}

export type HoldNodes = Awaited<ReturnType<typeof holdNodes>>;
