import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { connect } from 'node:tls';
import { run } from '../../../lab/run.ts';
import { makeEngine } from '../../../src/docker/engine.ts';
import { type CaddyControl, createCaddy } from '../../../src/proxy/caddy.ts';
import type { Exec } from '../../../src/proxy/exec.ts';
import { createHaproxy, type HaproxyControl } from '../../../src/proxy/haproxy.ts';
import { type Command, commandSocket } from '../../../src/proxy/runtime.ts';
import { composeFolders, startProxyContainers } from '../../support/proxies.ts';

const inside = composeFolders;
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
  /** What Caddy's admin API says that it runs. */
  caddyConfig(): Promise<unknown>;
  /** Asks HAProxy's port 80. */
  visit(host: string, path?: string, method?: string, headers?: Record<string, string>): Promise<Visited>;
  /** The port of the host by which one of HAProxy's is reached. */
  port(wanted: number): Promise<number>;
  /** A connection to HAProxy's port 443 that takes requests until it is closed. */
  open(host: string): Promise<{ get(path?: string): Promise<string>; close(): void }>;
  kill(which: 'haproxy' | 'caddy'): Promise<void>;
  start(which: 'haproxy' | 'caddy'): Promise<void>;
  dispose(): Promise<void>;
}

/** `publish`: ports of HAProxy's besides 80 and 443; `network`: the one that HAProxy is on. */
export async function startNode({
  publish = [],
  network = 'bridge',
}: {
  publish?: readonly number[];
  network?: string;
} = {}): Promise<Node> {
  const folder = await mkdtemp(path.join(tmpdir(), 'covey-proxy-'));
  const outside = (name: string) => path.join(folder, name);
  const suffix = randomBytes(3).toString('hex');
  const haproxyArgs = [
    ...['--network', network],
    ...[80, 443, ...publish].flatMap((one) => ['--publish', `127.0.0.1::${one}`]),
  ];
  const removeFolder = () => rm(folder, { recursive: true, force: true });
  const containers = await startProxyContainers({
    folder,
    inside,
    prefix: 'covey-test',
    suffix,
    haproxy: haproxyArgs,
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
  const caddy = createCaddy(adminSocket, execIn(names.caddy));

  const ports = new Map<number, number>();
  const port = async (wanted: number): Promise<number> => {
    const known = ports.get(wanted);
    if (known !== undefined) return known;
    const said = await run(['docker', 'port', names.haproxy, `${wanted}/tcp`]);
    const found = Number(/:(\d+)$/m.exec(said)?.[1]);
    ports.set(wanted, found);
    return found;
  };

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
    caddyConfig: async () =>
      JSON.parse((await get({ socketPath: adminSocket }, { host: '', url: '/config/', method: 'GET' })).body),
    visit: async (host, url = '/', method = 'GET', headers = {}) =>
      get({ port: await port(80) }, { host, url, method, headers }),
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
