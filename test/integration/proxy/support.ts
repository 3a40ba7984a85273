import { randomBytes } from 'node:crypto';
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ensureDocker } from '../../../lab/host/engine.ts';
import { ensureImages } from '../../../lab/host/images.ts';
import { run, until } from '../../../lab/run.ts';
import { makeEngine } from '../../../src/docker/engine.ts';
import { type CaddyControl, createCaddy } from '../../../src/proxy/caddy.ts';
import type { Exec } from '../../../src/proxy/exec.ts';
import { createHaproxy, type HaproxyControl } from '../../../src/proxy/haproxy.ts';
import type { Pace } from '../../../src/proxy/pace.ts';
import { type Command, commandSocket } from '../../../src/proxy/runtime.ts';
import { get, openTls, type Trusted, type Visited, visitTls } from './visitors.ts';

const ROOT = path.join(import.meta.dirname, '../../..');
const engine = makeEngine();
const forever = new AbortController().signal;

/** HAProxy and Caddy as a node runs them, in containers of their own; nothing of the host's ports is taken. */
export interface Node {
  haproxy: HaproxyControl;
  caddy: CaddyControl;
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

/** Folders of `docker-compose.yml`, where the proxies see ours. */
const inside = { run: '/run/covey', haproxy: '/var/lib/covey/haproxy', srv: '/srv' } as const;

/** For tests of something else, which change one thing after the other. */
const noPace: Pace = { turn: async () => undefined, rest: () => undefined };

/**
 * `publish`: ports of HAProxy's besides 80 and 443; `network`: the one that both are on; `hosts`: names that Caddy knows;
 * `pace`: of reloads and loads.
 */
export async function startNode({
  publish = [],
  network = 'bridge',
  hosts = {},
  pace = { haproxy: noPace, caddy: noPace },
}: {
  publish?: readonly number[];
  network?: string;
  hosts?: Readonly<Record<string, string>>;
  pace?: { haproxy: Pace; caddy: Pace };
} = {}): Promise<Node> {
  const log = (line: string) => process.stderr.write(`${line}\n`);
  await ensureDocker(log);
  await ensureImages(log);
  const folder = await mkdtemp(path.join(tmpdir(), 'covey-proxy-'));
  const outside = (name: string) => path.join(folder, name);
  for (const name of ['run', 'haproxy', 'srv', 'acme', 'config', 'data']) await mkdir(outside(name));
  await copyFile(path.join(ROOT, 'node/haproxy.cfg'), outside('haproxy/haproxy.cfg'));
  await copyFile(path.join(ROOT, 'node/Caddyfile'), outside('Caddyfile'));
  await copyFile(path.join(ROOT, 'node/maintenance.html'), outside('srv/index.html'));
  await writeFile(outside('haproxy/domains.map'), '');

  const suffix = randomBytes(3).toString('hex');
  const names = { haproxy: `covey-test-haproxy-${suffix}`, caddy: `covey-test-caddy-${suffix}` };
  const user = ['--user', `${process.getuid?.()}:${process.getgid?.()}`];
  const mount = (from: string, to: string) => ['--volume', `${outside(from)}:${to}`];
  const container = (name: string, ...rest: string[]) =>
    run(['docker', 'run', '--detach', '--name', name, ...user, ...mount('run', inside.run), ...rest]);
  const sockets = { haproxy: outside('run/haproxy.sock'), caddy: outside('run/caddy-admin.sock') };
  const remove = async () => {
    for (const name of Object.values(names)) await engine.removeContainer(name, { force: true });
    await rm(folder, { recursive: true, force: true });
  };

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
  const caddy = createCaddy(sockets.caddy, execIn(names.caddy), pace.caddy);

  const answers: Record<'haproxy' | 'caddy', () => Promise<unknown>> = {
    haproxy: async () => {
      await runtime('show info', forever);
      return listens(outside('run/haproxy-master.sock'));
    },
    caddy: () => adminAnswers(sockets.caddy),
  };
  const ready = (which: 'haproxy' | 'caddy') =>
    until(() => answers[which]().catch(() => undefined), {
      timeout: 30_000,
      every: 50,
      describe: () => `${names[which]} does not answer; its log says why`,
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

  let address = '';
  try {
    await Promise.all([
      container(
        names.haproxy,
        ...mount('haproxy', `${inside.haproxy}:ro`),
        ...['--network', network],
        ...[80, 443, ...publish].flatMap((one) => ['--publish', `127.0.0.1::${one}`]),
        ...['--entrypoint', 'haproxy', 'haproxy:3.0'],
        ...['-W', '-db', '-S', `${inside.run}/haproxy-master.sock,mode,600`],
        ...['-f', `${inside.haproxy}/haproxy.cfg`],
      ),
      container(
        names.caddy,
        ...[...mount('config', '/config'), ...mount('data', '/data'), ...mount('srv', `${inside.srv}:ro`)],
        ...[...mount('Caddyfile', '/etc/covey/Caddyfile:ro'), ...mount('acme', '/etc/covey/acme:ro')],
        ...['--network', network],
        ...Object.entries(hosts).flatMap(([name, address]) => ['--add-host', `${name}:${address}`]),
        ...[
          '--env',
          'XDG_CONFIG_HOME=/config',
          '--env',
          'XDG_DATA_HOME=/data',
          '--entrypoint',
          'caddy',
          'caddy:2',
        ],
        ...['run', '--resume', '--config', '/etc/covey/Caddyfile', '--adapter', 'caddyfile'],
      ),
    ]);
    await Promise.all([ready('haproxy'), ready('caddy')]);
    address = await addressOn(network, names.haproxy);
  } catch (error) {
    await remove();
    throw error;
  }

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
      JSON.parse(
        (await get({ socketPath: sockets.caddy }, { host: '', url: '/config/', method: 'GET' })).body,
      ),
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
    dispose: remove,
  };
}

/** Resolves where somebody takes connections. */
function listens(socketPath: string): Promise<true> {
  return new Promise((resolve, reject) => {
    const socket = connect(socketPath, () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', reject);
  });
}

/** Resolves once Caddy's admin API does what it is asked. */
async function adminAnswers(socketPath: string): Promise<true> {
  const { status } = await get({ socketPath }, { host: '', url: '/config/', method: 'GET' });
  if (status !== 200) throw new Error(`Caddy answers with ${status}`);
  return true;
}

async function addressOn(network: string, container: string): Promise<string> {
  const format = `{{(index .NetworkSettings.Networks "${network}").IPAddress}}`;
  return (await run(['docker', 'inspect', '--format', format, container])).trim();
}
