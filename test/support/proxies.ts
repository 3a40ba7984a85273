import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { ensureDocker } from '../../lab/host/engine.ts';
import { ensureImages } from '../../lab/host/images.ts';
import { run, until } from '../../lab/run.ts';
import { makeEngine } from '../../src/docker/engine.ts';
import { commandSocket } from '../../src/proxy/haproxy/runtime.ts';

const ROOT = join(import.meta.dirname, '../..');

export type ProxyName = 'haproxy' | 'caddy';

/** HAProxy and Caddy as `docker-compose.yml` starts them, but on a network of Docker's. */
export interface ProxyContainers {
  names: Record<ProxyName, string>;
  /** Waits until the one answers. */
  ready(which: ProxyName): Promise<void>;
  remove(): Promise<void>;
}

/** Folders as the containers see them. */
export interface ProxyFolders {
  run: string;
  haproxy: string;
  srv: string;
}

/** As in `docker-compose.yml`. */
export const composeFolders: ProxyFolders = {
  run: '/run/covey',
  haproxy: '/var/lib/covey/haproxy',
  srv: '/srv',
};

/**
 * Starts both with what a new node has. Their folders are `run`, `haproxy`, `srv`, `acme`, `config` and `data` below `folder`.
 * @param options.more further arguments of each one's `docker run`
 */
export async function startProxyContainers({
  folder,
  inside,
  prefix,
  suffix,
  more = {},
}: {
  folder: string;
  inside: ProxyFolders;
  prefix: string;
  suffix: string;
  more?: Partial<Record<ProxyName, readonly string[]>>;
}): Promise<ProxyContainers> {
  const log = (line: string) => process.stderr.write(`${line}\n`);
  await ensureDocker(log);
  await ensureImages(log);
  const outside = (name: string) => join(folder, name);
  const place = async (name: string, to: string) => {
    const text = await readFile(join(ROOT, 'node', name), 'utf8');
    await writeFile(outside(to), text.replaceAll(composeFolders.run, inside.run));
  };
  for (const name of ['run', 'haproxy', 'srv', 'acme', 'config', 'data'])
    await mkdir(outside(name), { recursive: true });
  await place('haproxy.cfg', 'haproxy/haproxy.cfg');
  await place('Caddyfile', 'Caddyfile');
  await place('maintenance.html', 'srv/index.html');
  await writeFile(outside('haproxy/domains.map'), '');

  const names = { haproxy: `${prefix}-haproxy-${suffix}`, caddy: `${prefix}-caddy-${suffix}` };
  const user = ['--user', `${process.getuid?.()}:${process.getgid?.()}`];
  const mount = (from: string, to: string) => ['--volume', `${outside(from)}:${to}`];
  const container = (name: string, ...rest: string[]) =>
    run(['docker', 'run', '--detach', '--name', name, ...user, ...mount('run', inside.run), ...rest]);
  const remove = async () => {
    const engine = makeEngine();
    for (const name of Object.values(names)) await engine.removeContainer(name, { force: true });
  };
  const answers: Record<ProxyName, () => Promise<true>> = {
    haproxy: async () => {
      await commandSocket(outside('run/haproxy.sock'))('show info', new AbortController().signal);
      return listens(outside('run/haproxy-master.sock'));
    },
    caddy: () => adminAnswers(outside('run/caddy-admin.sock')),
  };
  const ready = async (which: ProxyName): Promise<void> => {
    await until(() => answers[which]().catch(() => undefined), {
      timeout: 30_000,
      every: 50,
      describe: () => `${names[which]} does not answer; its log says why`,
    });
  };

  const started = await Promise.allSettled([
    container(
      names.haproxy,
      ...mount('haproxy', `${inside.haproxy}:ro`),
      ...(more.haproxy ?? []),
      ...['--entrypoint', 'haproxy', 'haproxy:3.0'],
      ...['-W', '-db', '-S', `${inside.run}/haproxy-master.sock,mode,600`],
      ...['-f', `${inside.haproxy}/haproxy.cfg`],
    ),
    container(
      names.caddy,
      ...[...mount('config', '/config'), ...mount('data', '/data'), ...mount('srv', `${inside.srv}:ro`)],
      ...[...mount('Caddyfile', '/etc/covey/Caddyfile:ro'), ...mount('acme', '/etc/covey/acme:ro')],
      ...(more.caddy ?? []),
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
  try {
    for (const each of started) if (each.status === 'rejected') throw each.reason;
    await Promise.all([ready('haproxy'), ready('caddy')]);
  } catch (error) {
    await remove();
    throw error;
  }
  return { names, ready, remove };
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
function adminAnswers(socketPath: string): Promise<true> {
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(20_000);
    const asked = request(
      { socketPath, path: '/config/', headers: { host: '' }, agent: false, signal },
      (got) => {
        got.resume();
        got.on('error', reject);
        got.on('end', () =>
          got.statusCode === 200 ? resolve(true) : reject(new Error(`Caddy answers with ${got.statusCode}`)),
        );
      },
    );
    asked.on('error', reject);
    asked.end();
  });
}
