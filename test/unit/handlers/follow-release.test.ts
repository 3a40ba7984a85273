import { expect, it } from 'vitest';
import { CoveyError } from '../../../src/errors.ts';
import type { Deps } from '../../../src/handlers/deps.ts';
import { followRelease } from '../../../src/handlers/follow-release.ts';
import { joinObservers } from '../../../src/handlers/observer.ts';
import { createLogger } from '../../../src/logger.ts';
import type { Action } from '../../../src/plan/steps.ts';

/** Node n2 with this record in Consul; what it does, in order. */
function node(
  more: object,
  {
    failsAt = '',
    isWanted = false,
    releases,
  }: { failsAt?: string; isWanted?: boolean; releases?: string } = {},
) {
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
  const wanted = new AbortController();
  const { signal } = wanted;
  const deps = {
    node: 'n2',
    logger,
    kv: {
      list: async (prefix: string) => (prefix === 'app/' ? [entry] : []),
      get: async (key: string) =>
        key === 'covey/releases/shop' && releases !== undefined
          ? { value: releases, modifyIndex: 3 }
          : undefined,
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
          if (action.kind !== failsAt) return;
          if (isWanted) wanted.abort(new CoveyError('cancelled', 'shop is wanted by somebody else'));
          signal.throwIfAborted();
          throw new CoveyError('unavailable', `no ${failsAt}`);
        },
        undo: async () => undefined,
      }),
    },
    deployRoot: '/deploy',
    bounds: { undo: 1_000, observe: 1_000, acknowledge: 1_000, hold: 1_000 },
    observer: joinObservers([], logger),
  } as unknown as Deps;
  return { done, written, follow: () => followRelease(deps, 'shop', new AbortController().signal) };
}

it('brings the services of a node to the release that is recorded, while the others answer', async () => {
  const { done, written, follow } = node({});
  await follow();
  const here = { folder: '/deploy/shop-id', project: 'shop' };
  expect(done).toMatchObject([
    { kind: 'fetch', ...here, commit: 'c', from: 'n1' },
    { kind: 'build', ...here, services: ['web'] },
    { kind: 'balance', name: 'shop', in: false },
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

it.each([
  ['fetch', ['fetch', 'balance']],
  ['build', ['fetch', 'build', 'balance']],
  ['health', ['fetch', 'build', 'balance', 'start', 'health']],
])('is out, and no longer than that is in question, where %s fails', async (failsAt, kinds) => {
  const { done, follow } = node({}, { failsAt });
  await expect(follow()).rejects.toThrow(`no ${failsAt}`);
  expect(done.map(({ kind }) => kind)).toEqual(kinds);
  expect(done.find(({ kind }) => kind === 'balance')).toMatchObject({ in: false });
});

it('stays in where it gives way before anything has changed', async () => {
  const { done, follow } = node({}, { failsAt: 'build', isWanted: true });
  await expect(follow()).rejects.toMatchObject({ code: 'cancelled' });
  expect(done.map(({ kind }) => kind)).toEqual(['fetch', 'build']);
});

it('lets go of the images that were there before', async () => {
  const past = (id: string, ids: object) => ({
    record: { repo_url: 'u', branch: 'b', master: 'n1', deploy_id: id },
    images: { node: 'n1', ids },
    ended: null,
  });
  const releases = JSON.stringify({
    releases: [past('a', { old: 'sha256:1' }), past('b', { web: 'sha256:2' })],
  });
  const { done, follow } = node({}, { releases });
  await follow();
  expect(done[0]).toEqual({ kind: 'retain', project: 'shop', images: {}, names: ['web'] });
  expect(done.at(-1)).toEqual({ kind: 'prune', project: 'shop', keep: ['sha256:1', 'sha256:2'] });
});

it('lets go of none where it is not known which are needed', async () => {
  const { done, follow } = node({}, { releases: 'no JSON' });
  await follow();
  expect(done.map(({ kind }) => kind)).not.toContain('prune');
});
