import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { run } from '../../../lab/run.ts';
import { makeEngine } from '../../../src/docker/engine.ts';
import {
  type CaddyControl,
  type CaddyDetour,
  type CaddyRequests,
  createCaddy,
} from '../../../src/proxy/caddy/caddy.ts';
import type { Exec } from '../../../src/proxy/exec.ts';
import { createHaproxy, type HaproxyControl } from '../../../src/proxy/haproxy/haproxy.ts';
import { type Command, commandSocket } from '../../../src/proxy/haproxy/runtime.ts';
import type { Pace } from '../../../src/proxy/pace.ts';
import { composeFolders, startProxyContainers } from '../../support/proxies.ts';
import { get, openTls, type Trusted, type Visited, visitTls } from './visitors.ts';

const inside = composeFolders;
const engine = makeEngine();
const forever = new AbortController().signal;

/** HAProxy and Caddy as a node runs them, in containers of their own; nothing of the host's ports is taken. */
export interface Node {
  haproxy: HaproxyControl;
  caddy: CaddyControl & CaddyDetour & CaddyRequests;
  /** HAProxy's runtime API. */
  runtime: Command;
  /** HAProxy's master's. */
  master: Command;
  /** What HAProxy's worker says of itself, such as `Pid` or `description`. */
  info(key: string): Promise<string | undefined>;
  /** The folder of the maintenance page. */
  pages: string;
  /** The folder of an operator's roots for ACME, `/etc/covey/acme` to Caddy. */
  acme: string;
  /** The folder of what Caddy keeps: certificates, and its internal CA. */
  data: string;
  /** Where other containers of the network reach HAProxy, whatever its port. */
  address: string;
  /** The folder of the sockets, `/run/covey` to the proxies. */
  run: string;
  /** HAProxy's file. */
  haproxyConfig: string;
  /** Settings of a peer that has these proxies. */
  settings: { state: string; run: string; haproxyContainer: string; caddyContainer: string };
  /** What a proxy has written to its log. */
  log(which: 'haproxy' | 'caddy'): Promise<string>;
  /** What Caddy's admin API says that it runs. */
  caddyConfig(): Promise<unknown>;
  /** Asks HAProxy's port 80. */
  visit(host: string, path?: string, method?: string, headers?: Record<string, string>): Promise<Visited>;
  /** Asks HAProxy's port 443 as a visitor who trusts the roots `ca` and no other. */
  visitTls(host: string, ca: readonly string[]): Promise<Trusted>;
  /** The port of the host by which one of HAProxy's is reached. */
  port(wanted: number): Promise<number>;
  /** A connection to HAProxy's port 443 that takes requests until it is closed. */
  open(host: string): ReturnType<typeof openTls>;
  kill(which: 'haproxy' | 'caddy'): Promise<void>;
  start(which: 'haproxy' | 'caddy'): Promise<void>;
  dispose(): Promise<void>;
}

/** For tests of something else, which change one thing after the other. */
const noPace: Pace = { turn: async () => undefined, rest: () => undefined };

/** How long Caddy's old servers stay there, in milliseconds: each test makes many changes. */
const SOON = 30;

/**
 * `publish`: ports of HAProxy's besides 80 and 443; `network`: the one that both are on; `hosts`: names that Caddy knows;
 * `pace`: of reloads and loads; `leaving`: how long Caddy's old servers stay, in milliseconds.
 */
export async function startNode({
  publish = [],
  network = 'bridge',
  hosts = {},
  pace = { haproxy: noPace, caddy: noPace },
  leaving = SOON,
}: {
  publish?: readonly number[];
  network?: string;
  hosts?: Readonly<Record<string, string>>;
  pace?: { haproxy: Pace; caddy: Pace };
  leaving?: number;
} = {}): Promise<Node> {
  const folder = await mkdtemp(path.join(tmpdir(), 'covey-proxy-'));
  const outside = (name: string) => path.join(folder, name);
  const suffix = randomBytes(3).toString('hex');
  const more = {
    haproxy: [
      ...['--network', network],
      ...[80, 443, ...publish].flatMap((one) => ['--publish', `127.0.0.1::${one}`]),
    ],
    caddy: [
      ...['--network', network],
      ...Object.entries(hosts).flatMap(([name, address]) => ['--add-host', `${name}:${address}`]),
    ],
  };
  const removeFolder = () => rm(folder, { recursive: true, force: true });
  const containers = await startProxyContainers({
    folder,
    inside,
    prefix: 'covey-test',
    suffix,
    more,
  }).catch(async (error) => {
    await removeFolder();
    throw error;
  });
  const { names, ready } = containers;
  const adminSocket = outside('run/caddy-admin.sock');

  // A node has the same paths inside and outside: what is said to the proxies, and by them, is as it would be there.
  const toInside = (text: string) => text.replaceAll(outside('haproxy'), inside.haproxy);
  const toOutside = (text: string) => text.replaceAll(inside.haproxy, outside('haproxy'));
  const execIn =
    (name: string): Exec =>
    async (argv, signal, input) => {
      const options = { signal, ...(input === undefined ? {} : { input }) };
      const { exitCode, stdout, stderr } = await engine.exec(name, argv.map(toInside), options);
      return { exitCode, stdout: toOutside(stdout), stderr: toOutside(stderr) };
    };
  const command = (name: string): Command => {
    const socket = commandSocket(outside(`run/${name}`));
    return async (line, signal) => toOutside(await socket(toInside(line), signal));
  };
  const runtime = command('haproxy.sock');
  const master = command('haproxy-master.sock');
  const caddy = createCaddy({
    paths: {
      admin: adminSocket,
      http: outside('run/caddy-http.sock'),
      https: outside('run/caddy-https.sock'),
      links: { http: outside('haproxy/caddy-http.sock'), https: outside('haproxy/caddy-https.sock') },
      seen: inside.run,
    },
    exec: execIn(names.caddy),
    pace: pace.caddy,
    leaving,
  });

  const ports = new Map<number, number>();
  const port = async (wanted: number): Promise<number> => {
    const known = ports.get(wanted);
    if (known !== undefined) return known;
    const said = await run(['docker', 'port', names.haproxy, `${wanted}/tcp`]);
    const found = Number(/:(\d+)$/m.exec(said)?.[1]);
    ports.set(wanted, found);
    return found;
  };

  const address = await addressOn(network, names.haproxy);
  return {
    caddy,
    runtime,
    haproxy: createHaproxy({
      paths: {
        config: outside('haproxy/haproxy.cfg'),
        map: outside('haproxy/domains.map'),
        serverState: outside('haproxy/server-state'),
      },
      exec: execIn(names.haproxy),
      runtime,
      master,
      pace: pace.haproxy,
    }),
    master,
    info: async (key) => new RegExp(`^${key}: (.*)$`, 'm').exec(await runtime('show info', forever))?.[1],
    pages: outside('srv'),
    acme: outside('acme'),
    data: outside('data'),
    address,
    run: outside('run'),
    haproxyConfig: outside('haproxy/haproxy.cfg'),
    settings: {
      state: folder,
      run: outside('run'),
      haproxyContainer: names.haproxy,
      caddyContainer: names.caddy,
    },
    log: (which) => engine.logs(names[which], { lines: 1_000 }),
    caddyConfig: async () =>
      JSON.parse((await get({ socketPath: adminSocket }, { host: '', url: '/config/', method: 'GET' })).body),
    visit: async (host, url = '/', method = 'GET', headers = {}) =>
      get({ port: await port(80) }, { host, url, method, headers }),
    visitTls: async (host, ca) => visitTls(await port(443), host, ca),
    port,
    open: async (host) => openTls(await port(443), host),
    kill: async (which) => {
      await run(['docker', 'kill', names[which]]);
      ports.clear(); // Docker chooses others at the next start
    },
    start: async (which) => {
      await run(['docker', 'start', names[which]]);
      await ready(which);
    },
    dispose: async () => {
      await containers.remove();
      await removeFolder();
    },
  };
}

async function addressOn(network: string, container: string): Promise<string> {
  const format = `{{(index .NetworkSettings.Networks "${network}").IPAddress}}`;
  return (await run(['docker', 'inspect', '--format', format, container])).trim();
}
