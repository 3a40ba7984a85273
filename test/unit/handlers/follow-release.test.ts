import { expect, it } from 'vitest';
import { CoveyError } from '../../../src/errors.ts';
import type { Deps } from '../../../src/handlers/deps.ts';
import { followRelease } from '../../../src/handlers/follow-release.ts';
import { joinObservers } from '../../../src/handlers/observer.ts';
import { createLogger } from '../../../src/logger.ts';
import type { Action } from '../../../src/plan/steps.ts';

/** Node n2 with this record in Consul; what it does, in order. */
function node(more: object, { failsAt = '' } = {}) {
  const done: Action[] = [];
  const written: string[] = [];
  const logger = createLogger({ level: 'silent' });
  const record = {
    ...{
      repo_url: 'https://git.example.com/shop',
      branch: 'master',
      master: 'n1',
      commit: 'c',
      deploy_id: 'id',
    },
    balanced: { nodes: ['n1', 'n2'], services: ['web'], hosts: [] },
    ...more,
  };
  const entry = { key: 'app/shop', value: JSON.stringify(record), modifyIndex: 7, createIndex: 1 };
  const signal = new AbortController().signal;
  const deps = {
    node: 'n2',
    logger,
    kv: {
      list: async (prefix: string) => (prefix === 'app/' ? [entry] : []),
      get: async () => undefined,
      transaction: async (ops: { op: string; key: string }[]) => {
        written.push(...ops.map(({ op, key }) => `${op} ${key}`));
        return { ok: true, indexes: new Map([['covey/journal/shop', 9]]) };
      },
    },
    acquire: async () => ({
      ...{
        signal,
        fence: 1,
        guard: { op: 'check-session', key: 'lock/app/shop' },
        release: async () => undefined,
      },
    }),
    members: async () => [],
    nodes: {
      performer: () => ({
        run: async ({ action }: { action: Action }) => {
          done.push(action);
          if (action.kind === failsAt) throw new CoveyError('unavailable', `no ${failsAt}`);
        },
        undo: async () => undefined,
      }),
    },
    deployRoot: '/deploy',
    bounds: { undo: 1_000, observe: 1_000, acknowledge: 1_000, hold: 1_000 },
    observer: joinObservers([], logger),
  } as unknown as Deps;
  return { done, written, follow: () => followRelease(deps, 'shop', signal) };
}

it('brings the services of a node to the release that is recorded, while the others answer', async () => {
  const { done, written, follow } = node({});
  await follow();
  const here = { folder: '/deploy/shop-id', project: 'shop' };
  expect(done).toMatchObject([
    { kind: 'balance', name: 'shop', in: false },
    { kind: 'fetch', ...here, commit: 'c', from: 'n1' },
    { kind: 'build', ...here, services: ['web'] },
    { kind: 'start', ...here, services: ['web'], newVolumes: [] },
    { kind: 'health', ...here },
    { kind: 'clear', ...here, everything: false, volumes: [] },
    { kind: 'balance', name: 'shop', in: true, record: '' },
  ]);
  // a coordinator that died here would leave nothing to be undone
  expect(written.at(-1)).toBe('delete covey/journal/shop');
});

it.each<[string, object]>([
  ['is the master', { master: 'n2' }],
  ['has no part in it', { balanced: null }],
  ['knows no commit', { commit: undefined }],
])('does nothing where the node %s', async (_why, more) => {
  const { done, follow } = node(more);
  await follow();
  expect(done).toEqual([]);
});

it('stays out where it fails, and is tried again', async () => {
  const { done, follow } = node({}, { failsAt: 'fetch' });
  await expect(follow()).rejects.toThrow('no fetch');
  expect(done.map(({ kind }) => kind)).toEqual(['balance', 'fetch']);
});
