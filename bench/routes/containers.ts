import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../../lab/run.ts';
import { makeEngine } from '../../src/docker/engine.ts';
import { createCaddy } from '../../src/proxy/caddy/caddy.ts';
import { createHaproxy } from '../../src/proxy/haproxy/haproxy.ts';
import { commandSocket } from '../../src/proxy/haproxy/runtime.ts';
import { caddyPaths } from '../../src/render/caddy.ts';
import { haproxyDefaults } from '../../src/render/haproxy/settings.ts';
import { type ProxyContainers, startProxyContainers } from '../../test/support/proxies.ts';
import type { Cleanup } from './cleanup.ts';

const PREFIX = 'covey-bench';

/** Of this run's containers, so that two runs have none in common. */
const SUFFIX = randomBytes(3).toString('hex');

/** HAProxy and Caddy of one node, whose folders have the same paths here and in the containers. */
export interface NodeProxies extends ProxyContainers {
  node: string;
  folder: string;
  /** Where HAProxy is reached from this machine and from other containers. */
  address: string;
}

export async function startNodeProxies(node: string, parent: string, cleanup: Cleanup): Promise<NodeProxies> {
  const folder = join(parent, node);
  await mkdir(folder);
  const inside = { run: join(folder, 'run'), haproxy: join(folder, 'haproxy'), srv: join(folder, 'srv') };
  const proxies = await startProxyContainers({
    folder,
    inside,
    prefix: `${PREFIX}-${node}`,
    suffix: SUFFIX,
  });
  cleanup.add(proxies.remove);
  return { ...proxies, node, folder, address: await addressOf(proxies.names.haproxy) };
}

/** A HAProxy of its own with this configuration in its folder `haproxy`; `options` are those of `docker run`. */
export async function startHaproxy(
  { name, folder, config }: { name: string; folder: string; config: string },
  options: readonly string[],
  cleanup: Cleanup,
): Promise<{ name: string; address: string }> {
  const full = `${PREFIX}-${name}-${SUFFIX}`;
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'haproxy.cfg'), config);
  cleanup.add(() => makeEngine().removeContainer(full, { force: true }));
  await run([
    ...['docker', 'run', '--detach', '--name', full, '--user', 'root', '--volume', `${folder}:${folder}`],
    ...[...options, '--entrypoint', 'haproxy', 'haproxy:3.0', '-W', '-db', '-f', join(folder, 'haproxy.cfg')],
  ]);
  return { name: full, address: await addressOf(full) };
}

/** Answers every request with `name`: as an upstream on 8080, and as the HAProxy of a node on its ports for nodes. */
export async function startAnswering(
  name: string,
  parent: string,
  cleanup: Cleanup,
): Promise<{ name: string; address: string }> {
  const config = `defaults
    mode http
    timeout connect 5s
    timeout client 1m
    timeout server 1m

frontend answer
    bind :8080
    bind :1080 accept-proxy
    http-request return status 200 content-type text/plain string ${name}
`;
  return startHaproxy({ name, folder: join(parent, name), config }, [], cleanup);
}

/** What renders and applies for these proxies, as in a peer. */
export function controlsOf({ node, folder, names }: NodeProxies) {
  const engine = makeEngine();
  const execIn = (container: string) => (argv: readonly string[], signal: AbortSignal, input?: string) =>
    engine.exec(container, argv, { signal, ...(input === undefined ? {} : { input }) });
  const run = (name: string) => join(folder, 'run', name);
  const at = (name: string) => join(folder, 'haproxy', name);
  const caddy = {
    admin: run('caddy-admin.sock'),
    http: run('caddy-http.sock'),
    https: run('caddy-https.sock'),
  };
  const links = { http: at('caddy-http.sock'), https: at('caddy-https.sock') };
  return {
    node,
    caddy: createCaddy({ paths: { ...caddy, links }, exec: execIn(names.caddy) }),
    haproxy: createHaproxy({
      paths: { config: at('haproxy.cfg'), map: at('domains.map'), serverState: at('server-state') },
      exec: execIn(names.haproxy),
      runtime: commandSocket(run('haproxy.sock')),
      master: commandSocket(run('haproxy-master.sock')),
    }),
    settings: { internalCa: true, paths: { ...caddyPaths, ...caddy } },
    haproxySettings: {
      ...haproxyDefaults,
      paths: {
        domainMap: at('domains.map'),
        serverState: at('server-state'),
        socket: run('haproxy.sock'),
        caddyHttp: links.http,
        caddyHttps: links.https,
        run: join(folder, 'run'),
      },
    },
  };
}

async function addressOf(container: string): Promise<string> {
  return run(['docker', 'inspect', '--format', '{{.NetworkSettings.IPAddress}}', container]);
}
