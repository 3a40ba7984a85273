import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'vitest';
import { formatHold, type HoldState } from '../../../src/app/hold.ts';
import { viewOf } from '../../../src/proxy/view.ts';
import { haproxyDefaults } from '../../../src/render/haproxy/settings.ts';
import { visitAt } from './direct-visitor.ts';
import { type HeldApp, heldApp } from './held-app.ts';
import { nodeApplier } from './node-applier.ts';
import { startNode } from './support.ts';

export const HOST = 'held.example.com';
/** What Caddy of each node calls its app. Without a dot in it Go would not find `NAME.` in a file of hosts; Docker's DNS knows both. */
export const CONTAINER = 'held.web-1';
export const names = ['n1', 'n2', 'n3'] as const;
export type Name = (typeof names)[number];

/** A drain waits for so long without a request, in milliseconds: connections that Caddy is closing may still bring one. */
const QUIET = 300;

interface HoldOptions {
  seconds?: number;
  queue?: number;
  /** As of `startNode`. */
  leaving?: number;
  /** The port of its HAPROXY, on each. */
  tcp?: number;
  /** What that says besides: the name of its container, further keys of its frontend and its backend. */
  ct?: string;
  frontend?: object;
  backend?: (app: HeldApp) => object;
  /** Lines of its `reverse_proxy`. */
  proxied?: string;
  /** The port of this machine where names of containers are answered. Default: they are not. */
  names?: number;
}

/** Three nodes with real proxies, and an app of which each has an own container. */
export async function holdNodes({
  seconds = 30,
  queue = 1_000,
  leaving = 30,
  tcp = 0,
  names: answering,
  ...own
}: HoldOptions = {}) {
  // The apps run on this machine.
  const options = { publish: [2222], leaving, hosts: { [CONTAINER]: 'host-gateway' } };
  const nodes = {
    n1: await startNode(options),
    n2: await startNode(options),
    n3: await startNode(options),
  };
  const apps = { n1: await heldApp(), n2: await heldApp(), n3: await heldApp() };
  const state = await mkdtemp(join(tmpdir(), 'covey-hold-'));
  const nameserver = answering ? `${apps.n1.host}:${answering}` : haproxyDefaults.nameserver;
  const applier = (node: Name) =>
    nodeApplier(node, nodes[node], state, {
      haproxySettings: { ...haproxyDefaults, nameserver, hold: { seconds, queue } },
    });
  const appliers = { n1: applier('n1'), n2: applier('n2'), n3: applier('n3') };
  let index = 1;
  let master: Name = 'n1';
  let recordIndex = 1;
  let hold: { value: string; modifyIndex: number } | undefined;
  let others = 0;

  // What the site asks for is the same on each node; only the container behind it is another one.
  const site = (port: number) =>
    `http://${HOST}, https://${HOST} {\n\treverse_proxy ${CONTAINER}:${port} {\n${own.proxied ?? ''}\n}\n}`;
  const record = (node: Name, caddyfile: string, domains: string[], more: object = {}) =>
    JSON.stringify({
      ...{ repo_url: 'https://git.example.com/a', branch: 'master', master: node, ip: nodes[node].address },
      ...{ domains, caddyfile, ...more },
    });
  const raw = (node: Name) => ({
    held: {
      frontend: { mode: 'tcp', bind: [`*:${tcp}`], ...own.frontend },
      backends: [
        {
          ...{ name: 'held', port: apps[node].port, peer_port: tcp, ct: own.ct ?? apps[node].host },
          ...own.backend?.(apps[node]),
        },
      ],
    },
  });
  const view = (node: Name) =>
    viewOf({
      apps: [
        {
          key: 'app/held',
          value: record(master, site(apps[node].sitePort), [HOST], {
            ct: { web: CONTAINER },
            ...(tcp > 0 && { haproxy: raw(node) }),
          }),
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
    /** Resolves once visitors are answered through each, also by HTTPS, for which Caddy has to make a certificate first. */
    async serving() {
      await apply(...names);
      for (const name of names) {
        for (const scheme of ['http', 'https'] as const) {
          const status = () => visitAt(nodes[name].address, scheme, HOST).then((it) => it.status, String);
          await expect.poll(status, { timeout: 15_000 }).toBe(200);
        }
      }
    },
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
        expect((await readdir(nodes[node].run)).filter((name) => /^(hold|aside)-/.test(name))).toEqual([]);
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
