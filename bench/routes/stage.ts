import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createKv, type Kv } from '../../src/consul/kv.ts';
import { startConsul } from '../../test/support/consul.ts';
import { untilAnswered } from './ask.ts';
import type { Cleanup } from './cleanup.ts';
import { type NodeProxies, startAnswering, startNodeProxies } from './containers.ts';
import { type BenchPeer, startPeerProcess } from './peer.ts';
import { isCalm } from './process.ts';
import { type BenchApp, hostOf, keyOf, makeApps, type Places, recordOf } from './records.ts';

/** The most operations that Consul takes in a transaction. */
const TRANSACTION = 64;

/** What the upstream of all apps says. */
export const UPSTREAM = 'upstream';

/** A node with everything but apps' containers, beside two others that only answer. */
export interface Stage {
  folder: string;
  kv: Kv;
  consul: { host: string; port: number };
  proxies: NodeProxies;
  peer: BenchPeer;
  places: Places;
  /** Those that have records now. */
  apps: BenchApp[];
  /** Writes the records that are missing to `count` apps, and waits until all are served and the peer is calm. */
  grow(count: number): Promise<void>;
  /** Writes the record of the app as it is now. */
  write(app: BenchApp): Promise<void>;
  /** Fails where the peer has ended. */
  check(): Promise<void>;
}

/** Names of the nodes that only answer. */
export const OTHERS = ['node2', 'node3'] as const;

/** A folder for all that a run writes. */
export async function makeFolder(cleanup: Cleanup): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'covey-bench-'));
  cleanup.add(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

export async function setStage(folder: string, cleanup: Cleanup, signal: AbortSignal): Promise<Stage> {
  const consul = await startConsul({ node: 'node1' });
  cleanup.add(consul.stop);
  const proxies = await startNodeProxies('node1', folder, cleanup);
  const nodes: Record<string, string> = { node1: proxies.address };
  for (const name of OTHERS) nodes[name] = (await startAnswering(name, folder, cleanup)).address;
  const upstream = await startAnswering(UPSTREAM, folder, cleanup);
  const places = { nodes, upstream: `${upstream.address}:8080` };
  const { host, port } = consul;
  const peer = await startPeerProcess(proxies, { host, port }, cleanup);
  const kv = createKv(consul.client);
  // A peer that boots looks for the containers of its apps, which none of these has.
  await isCalm(peer.pid, signal);
  const stage: Stage = {
    folder,
    kv,
    consul: { host, port },
    proxies,
    peer,
    places,
    apps: [],
    write: async (app) => {
      await kv.put(keyOf(app), recordOf(app, places));
    },
    grow: async (count) => {
      const added = makeApps(count, OTHERS).slice(stage.apps.length);
      for (let at = 0; at < added.length; at += TRANSACTION) {
        const ops = added
          .slice(at, at + TRANSACTION)
          .map((app) => ({ op: 'set' as const, key: keyOf(app), value: recordOf(app, places) }));
        await kv.transaction(ops, signal);
      }
      stage.apps.push(...added);
      const answers = added.slice(-2).map((app) => {
        const body = app.master === 'node1' ? UPSTREAM : app.master;
        const longest = 120_000;
        return untilAnswered({ address: proxies.address, host: hostOf(app) }, body, { signal, longest });
      });
      await Promise.all(answers).catch(async (error) => {
        await stage.check();
        throw error;
      });
      await isCalm(peer.pid, signal);
    },
    check: async () => {
      const failure = await peer.failure();
      if (failure !== undefined) throw new Error(failure);
    },
  };
  return stage;
}
