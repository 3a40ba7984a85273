import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import type { RollbackRequest__Output as RollbackRequest } from '../../../src/generated/covey/v1/RollbackRequest.ts';
import type { Handlers } from '../../../src/rpc/handler.ts';
import type { TlsMaterial } from '../../../src/rpc/tls.ts';
import { createCertificates, createCleanup, startServer } from './support.ts';

// Every test starts processes, which takes a while on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

const main = fileURLToPath(new URL('../../../bin/covey', import.meta.url));
let node1: TlsMaterial;
let certificates: Awaited<ReturnType<typeof createCertificates>>;
beforeAll(async () => {
  certificates = await createCertificates();
  node1 = await certificates.of('node1');
  await certificates.of('alice', 'operator');
});
afterAll(() => certificates.remove());
const cleanup = createCleanup();
afterEach(() => cleanup.run());

/** The command's arguments that ask this cluster. */
async function start(Cluster: Partial<Handlers['Cluster']>): Promise<string[]> {
  const served = await startServer(node1, { Cluster });
  cleanup.add(() => served.stop(0));
  return ['--peer', `127.0.0.1:${served.port}`];
}
const settings = (more: object) => ({
  env: { PATH: '/usr/bin:/bin', COVEY_TLS_DIR: certificates.dir('alice') },
  extendEnv: false,
  reject: false as const,
  timeout: 20_000,
  ...more,
});
const covey = (...args: string[]) => execa(process.execPath, [main, ...args], settings({ stdin: 'ignore' }));

const nothing = {
  app: 'shop',
  to: '',
  codeOnly: false,
  dataOnly: false,
  wait: false,
  planOnly: false,
  from: '',
  requestId: '',
};

async function rolling() {
  const requests: RollbackRequest[] = [];
  const peer = await start({
    async *Rollback(request) {
      requests.push(request);
      yield {
        plan: {
          app: 'shop',
          operation: 'rollback',
          warnings: ['db goes back'],
          target: 'first',
          from: 'second',
        },
      };
      if (!request.planOnly) yield { outcome: { app: 'shop', generation: 7 } };
    },
  });
  return { peer, requests };
}

test('rollback sends all options', async () => {
  const { peer, requests } = await rolling();
  const done = await covey(
    'rollback',
    'shop',
    '--to',
    'fi',
    '--code-only',
    '--wait',
    '--yes',
    '--request-id',
    'r1',
    ...peer,
  );
  expect(done).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('shop: done, generation 7') });
  await covey('rollback', 'shop', '--data-only', '--plan', ...peer);
  expect(requests).toEqual([
    { ...nothing, to: 'fi', codeOnly: true, wait: true, requestId: 'r1' },
    { ...nothing, dataOnly: true, planOnly: true },
  ]);
  expect(await covey('rollback', 'shop', '--data-only', '--code-only', '--yes', ...peer)).toMatchObject({
    exitCode: 65,
    stderr: expect.stringContaining('--code-only and --data-only leave nothing to roll back'),
  });
});

test('rollback shows what is given up, asks, and then for just what it has shown', async () => {
  const { peer, requests } = await rolling();
  expect(await covey('rollback', 'shop', ...peer)).toMatchObject({
    exitCode: 65,
    stderr: expect.stringMatching(/Nobody is there to confirm/),
  });
  const command = [process.execPath, main, 'rollback', 'shop', ...peer].join(' ');
  const onTerminal = (input: string) => execa('script', ['-qec', command, '/dev/null'], settings({ input }));
  const { stdout } = await onTerminal('n\n');
  expect(stdout).toContain('warning: db goes back');
  expect(stdout).toContain('Roll it back? [y/N]');
  expect(requests.splice(0)).toEqual([{ ...nothing, planOnly: true }]);
  await onTerminal('y\n');
  expect(requests).toEqual([
    { ...nothing, planOnly: true },
    { ...nothing, to: 'first', from: 'second' },
  ]);
});

test('releases are a table or JSON, and a master that is away is a problem', async () => {
  const release = { deployId: 'first', commit: '0123456789abcdef', master: 'node1', hasImages: true };
  let problem = '';
  const peer = await start({ Releases: async () => ({ releases: [release], problem }) });
  const well = await covey('releases', 'shop', ...peer);
  expect(well).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/first .*0123456789 .*live$/) });
  problem = 'node1: away';
  const ill = await covey('releases', 'shop', '--json', ...peer);
  expect(ill.exitCode).toBe(1);
  expect(JSON.parse(ill.stdout)).toMatchObject({ releases: [release], problem });
});
