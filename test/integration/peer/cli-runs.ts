import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterAll, afterEach, beforeAll, vi } from 'vitest';
import type { Progress } from '../../../src/generated/covey/v1/Progress.ts';
import type { Handlers } from '../../../src/rpc/handler.ts';
import type { Served } from '../../../src/rpc/server.ts';
import type { TlsMaterial } from '../../../src/rpc/tls.ts';
import { createCertificates, createCleanup, startServer } from './support.ts';

export const main = fileURLToPath(new URL('../../../bin/covey', import.meta.url));
export let certificates: Awaited<ReturnType<typeof createCertificates>>;
let node1: TlsMaterial;
const cleanup = createCleanup();

export async function start(Cluster: Partial<Handlers['Cluster']>): Promise<Served> {
  const served = await startServer(node1, { Cluster });
  cleanup.add(() => served.stop(0));
  return served;
}

/** Runs covey as alice, with nothing of our own environment that it would look at. */
export function covey(args: string[], env: Record<string, string> = {}) {
  return execa(process.execPath, [main, ...args], {
    env: { PATH: '/usr/bin:/bin', COVEY_TLS_DIR: certificates.dir('alice'), ...env },
    extendEnv: false,
    reject: false,
    stdin: 'ignore',
    timeout: 20_000,
  });
}

export const at = (served: Served) => ['--peer', `127.0.0.1:${served.port}`];
export const shop = ['https://git.example.com/shop', 'master'];

export const plan = {
  app: 'shop_master.ddb14',
  operation: 'deploy',
  steps: [
    { id: 'build@node1', node: 'node1', title: 'build', afterCommit: false },
    { id: 'commit', node: 'node1', title: 'write the record', afterCommit: true },
  ],
};

export const messages: Progress[] = [
  { plan },
  {
    step: {
      id: 'build@node1',
      node: 'node1',
      title: 'build',
      state: 'RUNNING',
      percent: 40,
      detail: '\u001b[1mStep\u001b[0m 1',
    },
  },
  { step: { id: 'build@node1', node: 'node1', title: 'build', state: 'DONE', percent: -1 } },
  { warning: 'shop.example.com was routed to node2' },
  { outcome: { app: plan.app, deployId: 'id-1', generation: 42, silentNodes: ['node3'] } },
];

/** For a file of tests: certificates for all; what a test started ends after it. */
export function useCertificates(): void {
  // Every test starts processes, which takes a while on a busy machine.
  vi.setConfig({ testTimeout: 60_000 });
  beforeAll(async () => {
    certificates = await createCertificates();
    node1 = await certificates.of('node1');
    await certificates.of('alice', 'operator');
  });
  afterAll(() => certificates.remove());
  afterEach(() => cleanup.run());
}
