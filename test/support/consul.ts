import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { access, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { execa } from 'execa';
import { type ConsulClient, createConsulClient } from '../../src/consul/client.ts';

/** A real server agent of its own on loopback, with its data on disk. */
export interface TestConsul {
  readonly node: string;
  readonly host: string;
  readonly port: number;
  readonly client: ConsulClient;
  /** ip:port of its gossip, for others to join. */
  readonly lan: string;
  /** ip:port by which Consul names it when it leads. */
  readonly server: string;
  /** kill -9, and wait until the process is gone. */
  kill(): Promise<void>;
  /** Start again with the same ports and data; ready when there is a leader (with `expect` above 1: when the API answers). */
  start(): Promise<void>;
  /** Stop for good and remove the data. */
  stop(): Promise<void>;
}

export interface TestConsulOptions {
  node?: string;
  /** Servers that the cluster waits for before it elects: more than there are: no leader ever; 0: a client, no server. */
  expect?: number;
  /** LAN address (ip:port) of an agent to join. */
  join?: string;
  /** Access control on, and everything denied without a token. */
  acl?: boolean;
}

/** One agent, started and (with `expect` of 1) led. */
export async function startConsul({
  node = 'node1',
  expect = 1,
  join: peer,
  acl,
}: TestConsulOptions = {}): Promise<TestConsul> {
  const command = await consulCommand();
  const data = await mkdtemp(join(tmpdir(), 'covey-consul-'));
  const [http, server, lan] = (await freePorts(3)) as [number, number, number];
  const client = createConsulClient({ host: '127.0.0.1', port: http });
  let child: ChildProcess | undefined;
  let container: string | undefined;
  let output = '';

  const settings = {
    server: expect > 0,
    ...(expect > 0 ? { bootstrap_expect: expect } : {}),
    node_name: node,
    data_dir: data,
    bind_addr: '127.0.0.1',
    client_addr: '127.0.0.1',
    ports: { http, server, serf_lan: lan, serf_wan: -1, dns: -1, grpc: -1 },
    performance: { raft_multiplier: 1 },
    disable_update_check: true,
    ...(acl ? { acl: { enabled: true, default_policy: 'deny' } } : {}),
    ...(peer ? { retry_join: [peer], retry_interval: '1s' } : {}),
  };
  const file = join(data, 'agent.json');
  await writeFile(file, JSON.stringify(settings));

  const kill = async () => {
    const running = child;
    child = undefined;
    if (!running || running.exitCode !== null || running.signalCode !== null) return;
    const gone = once(running, 'exit');
    if (container) await execa('docker', ['kill', container]);
    else running.kill('SIGKILL');
    await gone;
  };
  const start = async () => {
    const how = command(data);
    const [program = '', ...args] = how.args;
    container = how.container;
    const started = spawn(program, [...args, 'agent', `-config-file=${file}`], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child = started;
    process.once('exit', () => started.kill('SIGKILL'));
    for (const stream of [started.stdout, started.stderr]) stream?.on('data', (bytes) => (output += bytes));
    await until(async () => {
      if (started.exitCode !== null)
        throw new Error(`consul stopped with ${started.exitCode}:\n${output.slice(-2000)}`);
      const leader = await client.call((o) => client.raw.status.leader(o as never)).catch(() => undefined);
      return expect < 2 ? Boolean(leader?.body) : leader !== undefined;
    }, 30_000);
  };
  const stop = async () => {
    await kill();
    client.close();
    await rm(data, { recursive: true, force: true });
  };

  await start();
  return {
    node,
    host: '127.0.0.1',
    port: http,
    client,
    lan: `127.0.0.1:${lan}`,
    server: `127.0.0.1:${server}`,
    kill,
    start,
    stop,
  };
}

/** Waits for a condition, looking again every few milliseconds; rejects after `timeoutMs`. */
export async function until(condition: () => boolean | Promise<boolean>, timeoutMs = 10_000): Promise<void> {
  const end = performance.now() + timeoutMs;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`not so after ${timeoutMs} ms: ${condition}`);
    await delay(20);
  }
}

async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer().listen(0, '127.0.0.1');
      await once(server, 'listening');
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

/** How to start it over a data folder; `container` where the process to kill is Docker's, not ours. */
type Command = (dataFolder: string) => { args: string[]; container?: string };

const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';

/** How to run consul here: the one on PATH, else Debian 11's package unpacked in a cache, else the official image. */
async function consulCommand(): Promise<Command> {
  const onPath = await execa('consul', ['version'], { reject: false });
  if (onPath.exitCode === 0) return () => ({ args: ['consul'] });
  const cached = join(import.meta.dirname, '../../node_modules/.cache/consul');
  const binary = join(cached, 'usr/bin/consul');
  const debian = (await exists('/usr/bin/apt-get')) && (await exists(KEYRING));
  if (!(await exists(binary)) && debian) await unpackDebianPackage(cached);
  if (await exists(binary)) return () => ({ args: [binary] });
  const image = 'hashicorp/consul:1.20';
  await execa('docker', ['pull', image]);
  const user = `${process.getuid?.()}:${process.getgid?.()}`;
  return (data) => {
    const container = `covey-consul-${randomUUID()}`;
    const run = ['docker', 'run', '--rm', '--name', container, '--network', 'host', '--user', user];
    return { args: [...run, '-v', `${data}:${data}`, '--entrypoint', 'consul', image], container };
  };
}

/** Fetches the package with lists of its own, so that the machine's package state stays as it is. */
async function unpackDebianPackage(target: string): Promise<void> {
  await mkdir(join(target, '..'), { recursive: true });
  const work = await mkdtemp(`${target}-`);
  for (const folder of ['lists/partial', 'cache/archives/partial', 'tree'])
    await mkdir(join(work, folder), { recursive: true });
  await writeFile(
    join(work, 'sources.list'),
    `deb [signed-by=${KEYRING}] ${await debianMirror()} bullseye main\n`,
  );
  const apt = (...args: string[]) =>
    execa(
      'apt-get',
      [
        ...['-o', `Dir::Etc::sourcelist=${work}/sources.list`, '-o', 'Dir::Etc::sourceparts=-'],
        ...['-o', `Dir::State::Lists=${work}/lists`, '-o', `Dir::Cache=${work}/cache`],
        ...['-o', 'APT::Sandbox::User=root', '-qq', ...args],
      ],
      { cwd: work },
    );
  await apt('update');
  await apt('download', 'consul');
  const deb = (await readdir(work)).find((name) => name.endsWith('.deb'));
  await execa('dpkg-deb', ['-x', join(work, deb ?? ''), join(work, 'tree')]);
  // Two suites may do this at once; whoever comes second keeps what the first has put there.
  await rename(join(work, 'tree'), target).catch(async (error: unknown) => {
    if (!(await exists(join(target, 'usr/bin/consul')))) throw error;
  });
  await rm(work, { recursive: true, force: true });
}

/** The mirror that this machine itself uses. */
async function debianMirror(): Promise<string> {
  const folder = '/etc/apt/sources.list.d';
  const files = [...(await readdir(folder)).map((name) => join(folder, name)), '/etc/apt/sources.list'];
  for (const file of files.filter((name) => /\.(sources|list)$/.test(name))) {
    const text = await readFile(file, 'utf8').catch(() => '');
    const found = /^URIs:\s*(\S*debian\S*)|^deb\s+(?:\[[^\]]*\]\s+)?(\S*debian\S*)\s/m.exec(text);
    const uri = found?.[1] ?? found?.[2];
    if (uri && !uri.includes('security')) return uri;
  }
  throw new Error('no Debian mirror in the sources of apt, and no consul on PATH: install consul');
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
