import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import type { Applier } from '../../../src/proxy/applier.ts';
import { viewOf } from '../../../src/proxy/view.ts';
import { host, onFirst, sites } from '../../support/records.ts';
import { nodeApplier } from './node-applier.ts';
import { type Node, startNode } from './support.ts';

export let signal: AbortSignal;
export let node: Node;
export let applier: Applier;

/** The store of records: name -> value, as it lies in Consul. */
export let records: Map<string, string>;

/** The peer's state folder. */
let state: string;
export let maintenance: Set<string>;

const newApplier = () => nodeApplier('n1', node, state);

export const record = (name: string, said: string, more: object = {}) => ({
  ...onFirst(name),
  caddyfile: `${sites(name)} {\n\trespond "${said}"\n}`,
  ...more,
});

export const put = (name: string, said: string, more: object = {}) =>
  records.set(name, JSON.stringify(record(name, said, more)));

export const broken = (name: string) => ({ caddyfile: `http://${host(name)} {\n\tno_such_directive\n}` });

export const view = () =>
  viewOf({
    apps: [...records].map(([name, value], index) => ({ key: `app/${name}`, value, modifyIndex: index + 1 })),
    maintenance: [...maintenance].map((name) => `maintenance/${name}`),
    members: [
      { name: 'n1', address: '192.0.2.7' },
      { name: 'n2', address: '192.0.2.8' },
    ],
  });

/** Applies what is there; who is quarantined, and in which part. */
export const apply = async () =>
  (await applier.apply(view(), signal)).map(({ app, part, error }) => ({ who: `${app} ${part}`, error }));

export const said = async (name: string) => (await node.visit(host(name))).body;

/** The peer starts anew: what it knew in memory is gone. */
export function restartPeer(): void {
  applier = newApplier();
}

/** For a file of tests: a node with real proxies, and an applier, anew for each. */
export function useApplier(): void {
  beforeEach(async () => {
    signal = AbortSignal.timeout(120_000);
    node = await startNode({ publish: [2222] });
    state = await mkdtemp(join(tmpdir(), 'covey-applier-'));
    applier = newApplier();
    records = new Map();
    maintenance = new Set();
  });
  afterEach(async () => {
    await rm(state, { recursive: true });
    await node.dispose();
  });
}
