import { describe, expect, it } from 'vitest';
import { parseRecord } from '../../../src/app/record.ts';
import type { PastRelease } from '../../../src/app/releases.ts';
import { CoveyError } from '../../../src/errors.ts';
import type { Deps } from '../../../src/handlers/deps.ts';
import {
  committing,
  loadReleases,
  namedByReleases,
  releasesOrNew,
} from '../../../src/handlers/kept-releases.ts';
import { obtainPast } from '../../../src/handlers/obtain-past.ts';
import { assertHeld, findTarget } from '../../../src/handlers/past-release.ts';
import { rollback } from '../../../src/handlers/rollback.ts';
import type { Action, Plan } from '../../../src/plan/steps.ts';

const { signal } = new AbortController();
const record = (id: string) => ({
  ...parseRecord('shop', JSON.stringify({ repo_url: 'r', branch: 'b', master: 'n1', slave: 'n2' })),
  deploy_id: id,
  commit: `commit-${id}`,
});
const existing = { name: 'shop', record: record('now'), index: 5 };
const past: PastRelease = {
  record: record('then'),
  images: { node: 'n1', ids: {} },
  ended: { at: 1, snapshots: { db: 'db@2026-03-01T10:00:00.000000' } },
};

it('a rollback is of the release that was shown', () => {
  expect(findTarget(existing, [past], { to: '', from: 'now' })).toBe(past);
  expect(() => findTarget(existing, [past], { to: '', from: 'before' })).toThrow(
    expect.objectContaining({
      code: 'conflict',
      message: 'shop was deployed meanwhile: now runs, not before.',
    }),
  );
});

it('a rollback of only the code and only the data is refused', () => {
  const request = { app: 'shop', codeOnly: true, dataOnly: true };
  const call = { signal, caller: { name: 'alice', role: 'operator' } };
  const asked = [request, call] as unknown as Parameters<ReturnType<typeof rollback>>;
  expect(() => rollback({} as Deps)(...asked)).toThrow(
    'Only the code and only the data leave nothing to roll back.',
  );
});

it('a snapshot that the master lacks is refused, with the nodes that have it', async () => {
  const wanted = past.ended?.snapshots ?? {};
  const snapshots = Object.values(wanted);
  const deps = {
    bounds: { observe: 1_000 },
    nodes: {
      snapshots: async (node: string) => {
        if (node === 'n3') throw new CoveyError('unavailable', 'n3 is away');
        return { snapshots };
      },
    },
  } as unknown as Deps;
  const about = { existing, target: past, wanted, signal };
  await assertHeld(deps, { ...about, held: { snapshots }, live: ['n1'] });
  const lacks = 'n1, the master of shop, lacks of db the snapshot db@2026-03-01T10:00:00.000000';
  await expect(assertHeld(deps, { ...about, held: {}, live: ['n1', 'n2', 'n3'] })).rejects.toMatchObject({
    code: 'refused',
    message: `${lacks} (n2 has it).`,
    hint: expect.stringContaining('--code-only'),
  });
  await expect(assertHeld(deps, { ...about, held: {}, live: ['n1'] })).rejects.toMatchObject({
    message: `${lacks} (no live node has it).`,
  });
});

describe('releases that cannot be read', () => {
  const kv = { get: async (key: string) => ({ key, value: '{', modifyIndex: 1, createIndex: 1 }) };

  it('hinders no deploy, but a rollback and a purge', async () => {
    const said: string[] = [];
    expect(await releasesOrNew(kv, 'shop', { signal, warn: (warning) => said.push(warning) })).toEqual([]);
    expect(said).toEqual([
      'The releases in covey/releases/shop cannot be read. They are kept anew from now on.',
    ]);
    await expect(loadReleases(kv, 'shop', signal)).rejects.toMatchObject({ code: 'invalid' });
    expect(await namedByReleases(kv, 'shop', signal)).toBeNull();
  });

  it('is no excuse for a deploy where Consul does not answer', async () => {
    const away = { get: () => Promise.reject(new CoveyError('unavailable', 'no leader')) };
    await expect(releasesOrNew(away, 'shop', { signal, warn: () => undefined })).rejects.toThrow('no leader');
  });
});

it('what is committed takes images and snapshots from what the steps gave', () => {
  const data = { from: 'snapshot@n1', snapshots: { cache: 'cache@1' } };
  const plan = { sources: { images: 'retain@n1', data } } as unknown as Plan;
  const change = committing({
    plan,
    record: record('next'),
    existing,
    releases: [past],
    images: { web: 'i1' },
  });
  const results = new Map<string, unknown>([
    ['retain@n1', { images: { web: 'i2' } }],
    ['snapshot@n1', { snapshots: { db: 'db@2' } }],
  ]);
  const { releases } = JSON.parse(change.releases?.(results) ?? '') as { releases: PastRelease[] };
  expect(releases.map(({ record: { deploy_id: id } }) => id)).toEqual(['then', 'now', 'next']);
  expect(releases[1]).toMatchObject({
    images: { node: 'n1', ids: { web: 'i1' } },
    ended: { snapshots: { db: 'db@2', cache: 'cache@1' } },
  });
  expect(releases[2]).toMatchObject({ images: { ids: { web: 'i2' } }, ended: null });
});

describe('an earlier commit', () => {
  const fetch = {
    kind: 'fetch',
    folder: '/deploy/shop-next',
    project: 'shop',
    repo: 'r',
    branch: 'b',
  } as const;
  /** The nodes have these folders, and git fails as it is told. */
  const obtained = async (folders: string[], error: CoveyError | null, commit = 'commit-then') => {
    const said: string[] = [];
    const operation = {
      prepare: async (node: string, _title: string, action: Extract<Action, { kind: 'fetch' }>) => {
        if (action.from === '' && error) throw error;
        if (action.from !== '' && !folders.includes(`${action.from} ${action.release}`))
          throw new CoveyError('not-found', `${node} has it not`);
        return { commit };
      },
      forget: async () => undefined,
      emit: ({ warning = '' }: { warning?: string }) => void said.push(warning),
    };
    const deps = { node: 'n3', nodes: { version: async () => '1' }, deployRoot: '/deploy' };
    const about = {
      deps,
      operation,
      existing,
      target: past,
      live: ['n1', 'n2'],
      fetch: { ...fetch, commit, from: '' },
    };
    return [await obtainPast(about as unknown as Parameters<typeof obtainPast>[0]), ...said];
  };
  const away = new CoveyError('unavailable', 'git is away.');

  it('comes from git, else from a folder that still has it', async () => {
    expect(await obtained([], null)).toEqual(['commit-then']);
    expect(await obtained(['n2 shop-then'], away)).toEqual([
      'commit-then',
      expect.stringMatching(/git is away\. The release is taken from a folder on n2\.$/),
    ]);
    expect(await obtained(['n1 shop-now'], away, 'commit-now')).toMatchObject([
      'commit-now',
      expect.stringContaining('a folder on n1'),
    ]);
  });

  it('is refused as git refuses it where nobody has it', async () => {
    await expect(obtained(['n1 shop-now'], away)).rejects.toThrow('git is away.');
    const invalid = new CoveyError('invalid', 'no commit');
    await expect(obtained(['n1 shop-then'], invalid)).rejects.toBe(invalid);
  });
});
