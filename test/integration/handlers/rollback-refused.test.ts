import { describe, expect, it } from 'vitest';
import { RELEASES_PREFIX } from '../../../src/app/keys.ts';
import type { RollbackRequest__Output } from '../../../src/generated/covey/v1/RollbackRequest.ts';
import { destroy } from '../../../src/handlers/destroy.ts';
import { kv } from '../../support/one-consul.ts';
import { app, back, journal, met, redeploy, releasesOf, useReleases } from './rollback-app.ts';
import { call, name, REPO } from './rollback-cluster.ts';

useReleases();

describe('is refused, with all as it was:', () => {
  const refusals: [string, () => unknown, Partial<RollbackRequest__Output>, object][] = [
    ['no such release', () => 0, { to: 'zzz' }, { code: 'not-found' }],
    ['another one runs than was shown', () => 0, { from: 'first' }, { code: 'conflict' }],
    [
      'the master lacks a snapshot',
      () => (app.world.lacks = app.full('db')),
      {},
      {
        code: 'refused',
        message: expect.stringMatching(/^n1, the master of .* lacks of .*_db the snapshot .*n2, n3/),
      },
    ],
    [
      'releases that cannot be read',
      () => kv.put(`${RELEASES_PREFIX}${name}`, '{'),
      {},
      { code: 'invalid', message: expect.stringContaining('cannot be read.') },
    ],
  ];
  it.each(refusals)('%s', async (_, given, request, error) => {
    await given();
    await expect(back(request)).rejects.toMatchObject(error);
    expect([await met(), await journal()]).toEqual([['b', 'b', 'b'], undefined]);
  });

  it('data of a release that kept none of what the app has', async () => {
    const [first, ...rest] = await releasesOf();
    const without = { ...first, ended: { at: 1, snapshots: {} } };
    await kv.put(`${RELEASES_PREFIX}${name}`, JSON.stringify({ releases: [without, ...rest] }));
    await expect(back({ dataOnly: true })).rejects.toMatchObject({
      message: `No snapshot was kept with first of a volume that ${name} has.`,
    });
  });
});

it('releases that cannot be read begin anew with a deploy, and go with the app and its images', async () => {
  await kv.put(`${RELEASES_PREFIX}${name}`, '{');
  const told = await redeploy('a', 'third');
  expect(told.map(({ warning }) => warning).join()).toContain('They are kept anew from now on.');
  expect((await releasesOf()).map(({ record }) => record.deploy_id)).toEqual(['second', 'third']);
  const request = { repo: REPO, branch: 'master', wait: false, planOnly: false, requestId: '', lost: false };
  app.world.running = '';
  await Array.fromAsync(destroy(app.deps)(request, call));
  expect(await kv.get(`${RELEASES_PREFIX}${name}`)).toBeUndefined();
  expect(app.world.images.size).toBe(0);
});
