import { randomBytes } from 'node:crypto';
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { connect as connectTo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { connect } from 'node:tls';
import { ensureDocker } from '../../../lab/host/engine.ts';
import { ensureImages } from '../../../lab/host/images.ts';
import { run, until } from '../../../lab/run.ts';
import { makeEngine } from '../../../src/docker/engine.ts';
import { type CaddyControl, createCaddy } from '../../../src/proxy/caddy.ts';
import type { Exec } from '../../../src/proxy/exec.ts';
import { createHaproxy, type HaproxyControl } from '../../../src/proxy/haproxy.ts';
import { type Command, commandSocket } from '../../../src/proxy/runtime.ts';

const ROOT = path.join(import.meta.dirname, '../../..');
const engine = makeEngine();
const forever = new AbortController().signal;

/** What a visitor got. */
export interface Visited {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: string;
}

/** HAProxy and Caddy as a node runs them, in containers of their own; nothing of the host's ports is taken. */
export interface Node {
  haproxy: HaproxyControl;
  caddy: CaddyControl;
  /** HAProxy's runtime API. */
  runtime: Command;
  /** What HAProxy's worker says of itself, such as `Pid` or `description`. */
  info(key: string): Promise<string | undefined>;
  /** The folder of the maintenance page. */
  pages: string;
  /** HAProxy's file. */
  haproxyConfig: string;
  /** What a proxy has written to its log. */
  log(which: 'haproxy' | 'caddy'): Promise<string>;
  /** What Caddy's admin API says that it runs. */
  caddyConfig(): Promise<unknown>;
  /** Asks HAProxy's port 80. */
  visit(host: string, path?: string, method?: string, headers?: Record<string, string>): Promise<Visited>;
  /** Where other containers reach HAProxy. */
  address(): Promise<string>;
  /** The port of the host by which one of HAProxy's is reached. */
  port(wanted: number): Promise<number>;
  /** A connection to HAProxy's port 443 that takes requests until it is closed. */
  open(host: string): Promise<{ get(path?: string): Promise<string>; close(): void }>;
  kill(which: 'haproxy' | 'caddy'): Promise<void>;
  start(which: 'haproxy' | 'caddy'): Promise<void>;
  dispose(): Promise<void>;
}

/** Folders of `docker-compose.yml`, where the proxies see ours. */
const inside = { run: '/run/covey', haproxy: '/var/lib/covey/haproxy', srv: '/srv' } as const;

/** `publish`: ports of HAProxy's besides 80 and 443; `network`: the one that HAProxy is on; `hosts`: names that Caddy knows. */
export async function startNode({
  publish = [],
  network = 'bridge',
  hosts = {},
}: {
  publish?: readonly number[];
  network?: string;
  hosts?: Readonly<Record<string, string>>;
} = {}): Promise<Node> {
  const log = (line: string) => process.stderr.write(`${line}\n`);
  await ensureDocker(log);
  await ensureImages(log);
  const folder = await mkdtemp(path.join(tmpdir(), 'covey-proxy-'));
  const outside = (name: string) => path.join(folder, name);
  for (const name of ['run', 'haproxy', 'srv', 'config', 'data']) await mkdir(outside(name));
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
  const caddy = createCaddy(sockets.caddy, execIn(names.caddy));

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
        ...mount('Caddyfile', '/etc/covey/Caddyfile:ro'),
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
    }),
    info: async (key) => new RegExp(`^${key}: (.*)$`, 'm').exec(await runtime('show info', forever))?.[1],
    pages: outside('srv'),
    haproxyConfig: outside('haproxy/haproxy.cfg'),
    log: (which) => engine.logs(names[which], { lines: 1_000 }),
    caddyConfig: async () =>
      JSON.parse(
        (await get({ socketPath: sockets.caddy }, { host: '', url: '/config/', method: 'GET' })).body,
      ),
    visit: async (host, url = '/', method = 'GET', headers = {}) =>
      get({ port: await port(80) }, { host, url, method, headers }),
    address: async () => {
      const format = '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}';
      return (await run(['docker', 'inspect', '--format', format, names.haproxy])).trim();
    },
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
    const socket = connectTo(socketPath, () => {
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

function get(
  to: { port: number } | { socketPath: string },
  {
    host,
    url,
    method,
    headers = {},
  }: { host: string; url: string; method: string; headers?: Record<string, string> },
): Promise<Visited> {
  return new Promise((resolve, reject) => {
    const asked = request(
      {
        ...('port' in to ? { host: '127.0.0.1' } : {}),
        ...to,
        path: url,
        method,
        headers: { host, ...headers },
        agent: false,
        signal: AbortSignal.timeout(20_000),
      },
      (response) => {
        let body = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          body += chunk;
        });
        response.on('error', reject);
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
        );
      },
    );
    asked.on('error', reject);
    asked.end();
  });
}

/** One TLS connection by hand, so that each request goes over this very one. */
function openTls(port: number, host: string): ReturnType<Node['open']> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, servername: host, rejectUnauthorized: false });
    let got = '';
    let look = () => {};
    let broken: Error | undefined;
    const fail = (error: Error) => {
      broken = error;
      reject(error);
      look();
    };
    socket.setEncoding('utf8');
    socket.on('error', fail);
    socket.on('close', () => fail(new Error('the connection was closed')));
    socket.on('data', (chunk) => {
      got += chunk;
      look();
    });
    socket.on('secureConnect', () =>
      resolve({
        close: () => socket.destroy(),
        get: (url = '/') =>
          new Promise((answer, refuse) => {
            got = '';
            look = () => {
              if (broken) return refuse(broken);
              const [head = '', body] = got.split('\r\n\r\n');
              const length = Number(/^content-length: (\d+)/im.exec(head)?.[1]);
              if (body !== undefined && body.length >= length) answer(body);
            };
            look();
            if (!broken) socket.write(`GET ${url} HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
          }),
      }),
    );
  });
}
