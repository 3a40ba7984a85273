import { afterAll, beforeAll, expect, it } from 'vitest';
import { JOURNAL_PREFIX } from '../../../src/app/keys.ts';
import { createKv } from '../../../src/consul/kv.ts';
import { createLocks } from '../../../src/consul/lock.ts';
import type { Deps } from '../../../src/handlers/deps.ts';
import { followRelease } from '../../../src/handlers/follow-release.ts';
import { operate } from '../../../src/handlers/operation.ts';
import { createLogger } from '../../../src/logger.ts';
import type { ActionKind } from '../../../src/plan/steps.ts';
import { startConsul, type TestConsul } from '../../support/consul.ts';

let consul: TestConsul;
beforeAll(async () => {
  consul = await startConsul();
}, 120_000);
afterAll(() => consul?.stop());

it('a deploy is not refused while a node builds the release that it follows', async () => {
  const kv = createKv(consul.client);
  const record = {
    ...{
      repo_url: 'https://git.example.com/shop',
      branch: 'master',
      master: 'n1',
      commit: 'c',
      deploy_id: 'd',
    },
    balanced: { nodes: ['n1', 'n2'], services: ['web'], hosts: [] },
  };
  await kv.put('app/shop', JSON.stringify(record));
  const building = Promise.withResolvers<void>();
  const begun: ActionKind[] = [];
  const deps = {
    ...{ node: 'n2', kv, deployRoot: '/deploy', logger: createLogger({ level: 'silent' }) },
    acquire: createLocks(consul.client).acquire,
    members: async () => [],
    nodes: {
      performer: () => ({
        run: async ({ action }: { action: { kind: ActionKind } }, { signal }: { signal: AbortSignal }) => {
          begun.push(action.kind);
          if (action.kind !== 'build') return;
          building.resolve();
          // It would go on for ever, as one that does not succeed.
          await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
        },
        undo: async () => undefined,
      }),
    },
    bounds: { undo: 1_000 },
    observer: { operation: () => undefined },
  } as unknown as Deps;
  const { signal } = new AbortController();
  const following = followRelease(deps, 'shop', signal).catch((error: unknown) => error);
  await building.promise;

  const asked = { kind: 'deploy', requestId: 'r', by: 'alice', wait: false, looksOnly: false } as const;
  let deployed = false;
  await operate(
    deps,
    { app: 'shop', ...asked, givesUpMaster: false, signal, emit: () => undefined },
    async () => {
      deployed = true;
    },
  );
  expect(deployed).toBe(true);
  expect(await following).toMatchObject({ code: 'cancelled', message: 'shop is wanted by somebody else' });
  expect(begun).toEqual(['fetch', 'build']);
  expect(await kv.get(`${JOURNAL_PREFIX}shop`)).toBeUndefined();
});
