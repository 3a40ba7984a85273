import { z } from 'zod';
import { CLUSTER_NETWORK } from '../../app/describe.ts';
import type { DockerSource } from '../../doctor/docker.ts';
import type { CaddySource, HaproxySource } from '../../doctor/proxies.ts';
import { CoveyError } from '../../errors.ts';
import { readIfThere } from '../../files.ts';
import { digest, liveConfig, MARK } from '../../proxy/haproxy/haproxy.ts';
import { commandSocket } from '../../proxy/haproxy/runtime.ts';
import { driverSocketPath } from '../../volumes/driver-socket.ts';
import { pathsOf } from '../proxy-settings.ts';
import { askSocket } from './ask-socket.ts';
import type { ExaminerDeps } from './deps.ts';

type Deps = Pick<ExaminerDeps, 'config' | 'engine'>;

/** What a Docker plugin says when it is asked what it is. */
const activation = z.object({ Implements: z.array(z.string()).default([]) });

export function docker({ config, engine, compose }: Deps & Pick<ExaminerDeps, 'compose'>): DockerSource {
  const { haproxyContainer } = config;
  const { name: driver, pluginDir } = config.driver;
  return {
    network: CLUSTER_NETWORK,
    haproxyContainer,
    driver,
    version: (signal) => engine.version({ signal }),
    composeVersion: (signal) => compose.version({ signal }),
    networkExists: (signal) => engine.networkExists(CLUSTER_NETWORK, { signal }),
    haproxyOnHost: async (signal) => (await engine.container(haproxyContainer, { signal }))?.hostNetwork,
    driverKinds: async (signal) => {
      const call = { method: 'POST', path: '/Plugin.Activate' } as const;
      const answer = await askSocket(driverSocketPath(driver, pluginDir), call, signal);
      return activation.parse(JSON.parse(answer)).Implements;
    },
  };
}

export function haproxy({ config, engine }: Deps): HaproxySource {
  const { node, haproxyContainer: container } = config;
  const paths = pathsOf(config);
  const runtime = commandSocket(paths.haproxy.socket);
  const master = commandSocket(paths.master);
  return {
    node,
    container,
    state: async (signal) => (await engine.container(container, { signal }))?.state,
    live: async (signal) => {
      // The master does not hang up by itself, other than the worker.
      const proof = master('show proc; quit', signal);
      const [live] = await Promise.all([liveConfig(runtime, signal), proof]);
      return live;
    },
    disk: async () => configOnDisk((await readIfThere(paths.config)) ?? ''),
  };
}

export function caddy({ config, engine }: Deps): CaddySource {
  const { caddyContainer: container } = config;
  const { admin } = pathsOf(config).caddy;
  const said = async (argv: readonly string[], signal: AbortSignal): Promise<string> => {
    const { exitCode, stdout, stderr } = await engine.exec(container, argv, { signal });
    if (exitCode === 0) return stdout.trim();
    throw new CoveyError(
      'failed',
      `${argv.join(' ')} in ${container} exited with ${exitCode}: ${stderr.trim()}`,
    );
  };
  return {
    container,
    state: async (signal) => (await engine.container(container, { signal }))?.state,
    admin: async (signal) => {
      await askSocket(admin, { method: 'GET', path: '/config/admin' }, signal);
    },
    version: async (signal) => (await said(['caddy', 'version'], signal)).split(' ')[0] ?? '',
    modules: async (signal) => (await said(['caddy', 'list-modules'], signal)).split(/\s+/),
  };
}

/** The digest that a haproxy.cfg says, and that of the rest of it; undefined where the peer did not write it. */
function configOnDisk(text: string): { said: string; is: string } | undefined {
  const [line, said] = new RegExp(`^ +description ${MARK}(\\w+)\n`, 'm').exec(text) ?? [];
  if (line === undefined || said === undefined) return undefined;
  return { said, is: digest(text.replace(line, '')) };
}
