import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, vi } from 'vitest';
import { projectOf } from '../../../src/app/identity.ts';
import { run } from '../../../src/command.ts';
import type { Container } from '../../../src/docker/containers.ts';
import { type Engine, makeEngine } from '../../../src/docker/engine.ts';
import type { Deps } from '../../../src/handlers/deps.ts';
import type { NodeDeps } from '../../../src/handlers/node.ts';
import { createNodes } from '../../../src/peer/nodes.ts';
import { createChannels } from '../../../src/rpc/channels.ts';
import { type Connection, connect } from '../../../src/rpc/connection.ts';
import type { TlsMaterial } from '../../../src/rpc/tls.ts';
import { dockerTools, TINY_IMAGE } from '../docker/support.ts';
import {
  createCertificates,
  createCleanup,
  createStallingProxy,
  type handlersWith,
  startServer,
} from './support.ts';

/** Two nodes of a cluster, each with a real peer and its own part of this machine's real Docker. */
const NODES = ['node1', 'node2'] as const;
export type NodeName = (typeof NODES)[number];

let certificates: Awaited<ReturnType<typeof createCertificates>>;
const tls = new Map<string, TlsMaterial>();
export const cleanup = createCleanup();
/** Name of the app; new for each test. */
export let app: string;

/** For a file of tests: Docker and certificates; what a test started ends after it. */
export function useNodes(): void {
  // Containers start and stop in seconds on a busy machine of two cores.
  vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });
  beforeAll(async () => {
    await dockerTools();
    certificates = await createCertificates();
    for (const name of NODES) tls.set(name, await certificates.of(name));
    tls.set('alice', await certificates.of('alice', 'operator'));
  }, 300_000);
  afterAll(() => certificates.remove());
  beforeEach(() => {
    app = `coveytest${randomBytes(3).toString('hex')}_master.12345`;
  });
  afterEach(async () => {
    await cleanup.run();
    const engine = makeEngine();
    for (const { id } of await engine.containers({ project: projectOf(app) }))
      await engine.removeContainer(id, { force: true });
  });
}

/** A container of the app on a node, as compose would have made it. Gives its name. */
export async function startContainer(
  node: NodeName,
  service: string,
  script: string,
  flags: string[] = [],
): Promise<string> {
  const project = projectOf(app);
  const name = `${project}-${service}-${node}-${randomBytes(2).toString('hex')}`;
  const labels = { 'com.docker.compose.project': project, 'com.docker.compose.service': service };
  const options = Object.entries(labels).flatMap(([key, value]) => ['--label', `${key}=${value}`]);
  const command = [TINY_IMAGE, '/bin/sh', '-c', script];
  await run('docker', ['run', '--detach', '--name', name, ...options, ...flags, ...command]);
  return name;
}

/** Of this machine's Docker the containers of one node. */
export function engineOf(node: NodeName, engine = makeEngine()): Engine {
  const its = (all: Container[]) => all.filter(({ name }) => name.includes(`-${node}-`));
  return {
    ...engine,
    containers: async (options) => its(await engine.containers(options)),
    watchContainers: async function* (options) {
      for await (const all of engine.watchContainers(options)) yield its(all);
    },
  };
}

/** Consul's store, in memory. */
export function createRecords(): {
  /** @param several nodes that run the service "web" */
  set(master: NodeName | undefined, several?: NodeName[]): void;
  kv: NodeDeps['kv'] & Deps['kv'];
} {
  const records = new Map<string, string>();
  let index = 1;
  let changed = Promise.withResolvers<void>();
  const entries = () =>
    [...records].map(([key, value]) => ({ key, value, modifyIndex: index, createIndex: 1 }));
  return {
    set: (master, several) => {
      index++;
      const balanced = several && { nodes: several, services: ['web'], hosts: [] };
      const record = { repo_url: 'https://git.example.com/shop', branch: 'master', master, balanced };
      if (master === undefined) records.clear();
      else records.set(`app/${app}`, JSON.stringify(record));
      changed.resolve();
      changed = Promise.withResolvers();
    },
    kv: {
      list: async () => entries(),
      watch: async function* (_prefix: string, signal: AbortSignal) {
        const aborted = new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
        while (!signal.aborted) {
          const next = changed.promise;
          yield { index, entries: entries() };
          await Promise.race([next, aborted]);
        }
      },
    } as unknown as NodeDeps['kv'] & Deps['kv'],
  };
}

type Served = Parameters<typeof handlersWith>[0];

/**
 * Starts the nodes over TLS, with what each answers, and gives the talk of an operator with each.
 * @param port what leads to a node in place of its own port
 */
export async function startNodes(
  serve: (node: NodeName, nodes: Deps['nodes']) => Served,
  options: {
    port?: (node: NodeName, its: number) => Promise<number>;
    times?: Parameters<typeof createChannels>[0]['times'];
  } = {},
): Promise<Record<NodeName, Connection>> {
  const ports = new Map<string, number>();
  const connections: Partial<Record<NodeName, Connection>> = {};
  for (const name of NODES) {
    const channels = createChannels({ tls: tls.get(name), ...(options.times && { times: options.times }) });
    cleanup.add(() => channels.close());
    const reached = {
      ...channels,
      to: (node: { name: string; address: string }) =>
        channels.to({ ...node, port: ports.get(node.name) ?? 0 }),
    };
    const nodes = createNodes({ channels: reached, port: 0, address: async () => '127.0.0.1' });
    const served = await startServer(tls.get(name), serve(name, nodes));
    cleanup.add(() => served.stop(0));
    ports.set(name, (await options.port?.(name, served.port)) ?? served.port);
    connections[name] = connect({ host: '127.0.0.1', port: served.port }, { tls: tls.get('alice') });
    cleanup.add(() => connections[name]?.close());
  }
  return connections as Record<NodeName, Connection>;
}

/** For `startNodes`: ways to the nodes that fall silent when they are told to, which is noticed within a second. */
export function silencing() {
  const proxies: Awaited<ReturnType<typeof createStallingProxy>>[] = [];
  return {
    options: {
      times: { connect: 1_000, keepalive: 300, keepaliveTimeout: 300 },
      port: async (_: NodeName, its: number) => {
        const proxy = await createStallingProxy(its);
        cleanup.add(() => proxy.close());
        proxies.push(proxy);
        return proxy.port;
      },
    },
    stall: () => {
      for (const proxy of proxies) proxy.stall();
    },
  };
}

/** Members as Consul has them. */
export const members =
  (away: readonly string[] = []): Deps['members'] =>
  async () =>
    NODES.map((name) => ({
      name,
      address: '127.0.0.1',
      server: true,
      state: away.includes(name) ? ('failed' as const) : ('alive' as const),
    }));
