import { chmod, mkdir, mkdtemp, readFile, rm, rmdir, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { loadConfig } from '../../../src/config/load.ts';
import { createConsulClient } from '../../../src/consul/client.ts';
import { createMembers, type Member } from '../../../src/consul/members.ts';
import { makeCompose } from '../../../src/docker/compose.ts';
import { makeEngine } from '../../../src/docker/engine.ts';
import type { Finding__Output as Finding } from '../../../src/generated/covey/v1/Finding.ts';
import { doctor, doctorHere } from '../../../src/handlers/doctor.ts';
import { examiner } from '../../../src/peer/doctor/examiner.ts';
import { createNodes } from '../../../src/peer/nodes.ts';
import { renderHaproxy } from '../../../src/render/haproxy/config.ts';
import { createChannels } from '../../../src/rpc/channels.ts';
import { connect } from '../../../src/rpc/connection.ts';
import { clusterMethods } from '../../../src/rpc/proto.ts';
import type { TlsMaterial } from '../../../src/rpc/tls.ts';
import { volumeDriver } from '../../../src/volumes/driver.ts';
import { serveDriver } from '../../../src/volumes/driver-socket.ts';
import { openStore } from '../../../src/volumes/store.ts';
import { type BtrfsMount, makeBtrfs } from '../../support/btrfs.ts';
import { startConsul, type TestConsul } from '../../support/consul.ts';
import { type Node, startNode } from '../proxy/support.ts';
import { createCertificates, createCleanup, logger, startServer } from './support.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 600_000 });

const NODES = { node1: '127.0.0.1', node2: '127.0.0.2', node3: '127.0.0.3' };
const members: Member[] = Object.entries(NODES).map(([name, address]) => ({
  name,
  address,
  state: 'alive',
  server: true,
}));

let folder: string;
let disk: BtrfsMount;
let consul: TestConsul;
let proxies: Node;
let certificates: Awaited<ReturnType<typeof createCertificates>>;
let tls: Record<'node1' | 'node2', TlsMaterial>;
let alice: TlsMaterial;
const cleanup = createCleanup();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'covey-doctor-'));
  disk = await makeBtrfs('20G');
  consul = await startConsul();
  proxies = await startNode();
  certificates = await createCertificates();
  tls = { node1: await certificates.of('node1'), node2: await certificates.of('node2') };
  alice = await certificates.of('alice', 'operator');
});
afterEach(() => cleanup.run());
afterAll(async () => {
  await certificates?.remove();
  await proxies?.dispose();
  await consul?.stop();
  await disk?.dispose();
  await rm(folder, { recursive: true, force: true });
});

/** The settings of a node whose parts are those of this test, or, with `broken`, are not there. */
function settingsOf(name: 'node1' | 'node2', broken: boolean) {
  const dir = certificates.dir(name);
  const nowhere = join(folder, 'nowhere');
  const settings = broken
    ? { state: nowhere, run: nowhere, docker: { socket: `${nowhere}/docker.sock` }, consul: { port: 1 } }
    : { ...proxies.settings, consul: { port: consul.port } };
  return loadConfig({
    env: { COVEY_CONFIG: 'test' },
    readFile: () =>
      JSON.stringify({
        node: name,
        tls: { ca: join(dir, 'ca.pem'), cert: join(dir, 'node.pem'), key: join(dir, 'node.key') },
        store: disk.path,
        driver: { pluginDir: folder },
        git: { ssh: join(folder, 'ssh') },
        ...settings,
      }),
  });
}

/** A peer that examines itself by its real doctor; gives its port. */
async function startPeer(name: 'node1' | 'node2', port: number, broken = false): Promise<number> {
  const channels = createChannels({ tls: tls[name] });
  cleanup.add(() => channels.close());
  const config = settingsOf(name, broken);
  const client = createConsulClient(config.consul);
  cleanup.add(() => client.close());
  const real = createMembers(client);
  // The other nodes are on this machine; what Consul itself says is asked of the real one.
  const others = broken ? real : { ...real, list: async () => members };
  const given = {
    config,
    tls: tls[name],
    engine: makeEngine({ socket: config.docker.socket }),
    compose: makeCompose({ socket: config.docker.socket }),
    store: await openStore(disk.path),
    consul: client,
    members: others,
    certificates: { roots: async () => ({ isSeen: !broken, own: 'AB:CD', agreed: 'AB:CD' }) },
  };
  let listening = port;
  const nodes = () =>
    createNodes({ channels, port: listening, address: async (node) => NODES[node as keyof typeof NODES] });
  const examine = (signal: AbortSignal) =>
    examiner({
      ...given,
      config: { ...config, listen: { port: listening } },
      nodes: nodes(),
    })(signal);
  const deps = {
    node: name,
    members: async () => members,
    bounds: { acknowledge: 1, hold: 1, observe: 1, examine: 8_000, undo: 1 },
    examine,
  };
  const served = await startServer(
    tls[name],
    {
      Cluster: { Doctor: (request, call) => doctor({ ...deps, nodes: nodes() })(request, call) },
      Peer: {
        Doctor: doctorHere(deps),
        Hello: async () => ({ name, version: '1', timeMs: Date.now() + (name === 'node2' ? 5_000 : 0) }),
      },
    },
    { config: { listen: { host: NODES[name], port }, insecure: false } },
  );
  cleanup.add(() => served.stop(0));
  listening = served.port;
  return listening;
}

async function ask(port: number, request: { node?: string; all?: boolean }): Promise<Finding[]> {
  const connection = connect({ host: '127.0.0.1', port }, { tls: alice });
  cleanup.add(() => connection.close());
  return (await connection.call(clusterMethods.Doctor, request, { deadline: 20_000 })).findings;
}

const states = (findings: Finding[]) =>
  Object.fromEntries(findings.map(({ check, state }) => [check, state]));
const of = (findings: Finding[], check: string) => findings.find((finding) => finding.check === check);

describe('a node', () => {
  it('is examined with what is really there', async () => {
    const config = renderHaproxy({ node: 'node1', members, apps: [] });
    await proxies.haproxy.apply({ config, map: new Map() }, AbortSignal.timeout(20_000));
    const store = await openStore(disk.path);
    const driver = await serveDriver(
      'anybox/buttervolume:latest',
      volumeDriver({ store, log: logger, mayMount: async () => undefined }),
      { folder },
    );
    cleanup.add(() => driver.close());
    const port = await startPeer('node1', 0);
    await startPeer('node2', port);

    const found = await ask(port, {});
    expect(found.every(({ node }) => node === 'node1')).toBe(true);
    expect(states(found)).toMatchObject({
      store: 'ok',
      'store space': 'ok',
      'store subvolume': 'ok',
      'store leftovers': 'ok',
      certificates: 'ok',
      'certificate dates': 'ok',
      'certificate key': 'ok',
      docker: 'ok',
      'volume driver': 'ok',
      consul: 'ok',
      'consul member': 'ok',
      haproxy: 'ok',
      'haproxy configuration': 'ok',
      caddy: 'ok',
      'caddy version': 'ok',
      git: 'ok',
    });
    // node3 is a member that nobody has started, and the clock of node2 is ahead.
    expect(of(found, 'peers')).toMatchObject({
      state: 'error',
      found: expect.stringMatching(/^node3 is not reached on port \d+: .*ECONNREFUSED/),
    });
    expect(of(found, 'clock')).toMatchObject({
      state: 'warning',
      found: expect.stringMatching(/^node2 is [45]\.\d{3} s ahead/),
    });
    // This test has not the ports of a node: nobody, or another program, has them. Its own it has.
    expect(of(found, 'haproxy network')).toMatchObject({ state: 'error' });
    expect(of(found, 'ports')).toMatchObject({
      state: 'error',
      found: expect.not.stringContaining(String(port)),
    });
  });

  it('says what is wrong, and how to mend it', async () => {
    const key = join(certificates.dir('node1'), 'node.key');
    await chmod(key, 0o644);
    cleanup.add(() => chmod(key, 0o600));
    await proxies.kill('caddy');
    cleanup.add(() => proxies.start('caddy'));
    const written = await readFile(proxies.haproxyConfig, 'utf8');
    await writeFile(proxies.haproxyConfig, `${written}# by hand\n`);
    cleanup.add(() => writeFile(proxies.haproxyConfig, written));
    const cut = join(disk.path, 'snapshots/.incoming-cut');
    for (const transfer of [cut, join(disk.path, 'snapshots/.incoming-running')]) {
      await mkdir(transfer);
      cleanup.add(() => rmdir(transfer));
    }
    const dayBefore = new Date(Date.now() - 25 * 60 * 60_000);
    await utimes(cut, dayBefore, dayBefore);
    const port = await startPeer('node1', 0);
    const found = await ask(port, {});
    expect(of(found, 'haproxy configuration')).toMatchObject({
      state: 'error',
      found: 'haproxy.cfg on disk was changed by hand',
    });
    expect(of(found, 'store leftovers')).toMatchObject({
      state: 'warning',
      found: 'left by transfers that were cut off: .incoming-cut',
    });
    expect(of(found, 'certificate key')).toMatchObject({ state: 'error', hint: `chmod 600 ${key}` });
    expect(of(found, 'caddy')).toMatchObject({
      state: 'error',
      found: `${proxies.settings.caddyContainer} is exited`,
      hint: expect.stringContaining(`docker start ${proxies.settings.caddyContainer}`),
    });
    expect(of(found, 'caddy version')).toMatchObject({ state: 'error' });
    // the driver is not served in this test
    expect(of(found, 'volume driver')).toMatchObject({
      state: 'error',
      hint: expect.stringMatching(/^docker restart covey-peer/),
    });
  });

  it('that has nothing answers all the same, with an error for each', async () => {
    const port = await startPeer('node1', 0, true);
    const found = await ask(port, {});
    expect(found.length).toBeGreaterThan(20);
    for (const check of ['docker', 'consul', 'peers', 'clock', 'haproxy', 'caddy', 'ports', 'volume driver'])
      expect(of(found, check), check).toMatchObject({ state: 'error', hint: expect.stringMatching(/\w/) });
    expect(states(found)).toMatchObject({ store: 'ok', certificates: 'ok' });
  });
});

it('another node, or all, are examined by their own peers; a silent one is a finding', async () => {
  const port = await startPeer('node1', 0);
  await startPeer('node2', port);
  const one = await ask(port, { node: 'node2' });
  expect(one.length).toBeGreaterThan(20);
  expect(one.every(({ node }) => node === 'node2')).toBe(true);
  const all = await ask(port, { all: true });
  expect([...new Set(all.map(({ node }) => node))]).toEqual(['node1', 'node2', 'node3']);
  expect(all.filter(({ node }) => node === 'node3')).toMatchObject([
    { check: 'peer', state: 'error', found: expect.stringContaining('ECONNREFUSED') },
  ]);
  await expect(ask(port, { node: 'node9' })).rejects.toMatchObject({
    code: 'not-found',
    hint: 'covey nodes lists them.',
  });
});
