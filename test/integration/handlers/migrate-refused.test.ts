import { beforeEach, describe, expect, it } from 'vitest';
import { createLocks } from '../../../src/consul/lock.ts';
import type { MigrateRequest__Output } from '../../../src/generated/covey/v1/MigrateRequest.ts';
import { consul, kv, useConsul } from '../../support/one-consul.ts';
import { disk, useDisk } from '../../support/one-disk.ts';
import { cluster, data, MAINTENANCE, name, PROD, QUALIF, row, stage } from './migrate-cluster.ts';

useConsul();
useDisk();
let on: Awaited<ReturnType<typeof stage>>;
let count = 0;
beforeEach(async () => {
  on = await stage(kv, disk.path, `stage${++count}`);
});

const made = (options?: Parameters<typeof cluster>[3]) => cluster(consul, kv, on, options);

/** Both apps have what they had, and nobody is in maintenance. */
async function expectUntouched(): Promise<void> {
  expect(await row(on.of('n1'), data.prod)).toBe('prod');
  expect(await row(on.of('n2'), data.qualif)).toBe('qualif');
  expect(await kv.get(MAINTENANCE)).toBeUndefined();
}

describe('a migrate is refused', () => {
  const nobody = name('');

  it.each<[string, Partial<MigrateRequest__Output>, object]>([
    ['without a source', { source: nobody }, { code: 'invalid', message: 'No source given.' }],
    ['without a target', { target: null }, { code: 'invalid', message: 'No target given.' }],
    [
      'to itself',
      { target: { ...nobody, branch: 'prod' } },
      { code: 'invalid', message: `${PROD} is both source and target.` },
    ],
    ['from none', { source: name('none') }, { code: 'not-found', message: 'There is no app none.' }],
    ['to none', { target: { ...nobody, branch: 'x' } }, { code: 'not-found' }],
  ])('%s', async (_, request, error) => {
    await expect(made().migrate(request)).rejects.toMatchObject(error);
    await expectUntouched();
  });

  it.each([
    ['n1', PROD],
    ['n2', QUALIF],
  ])('while %s is dead, the master of %s', async (node, app) => {
    await expect(made({ dead: [node] }).migrate()).rejects.toMatchObject({
      code: 'refused',
      message: `${node}, the master of ${app}, is dead or cut off.`,
    });
  });

  it('where there is nothing to take, or what is there is lost', async () => {
    await on.of('n1').remove(data.prod);
    await expect(made().migrate()).rejects.toMatchObject({
      code: 'refused',
      message: `n1 is the master and has lost ${data.prod}.`,
    });
    const given = { source: name(QUALIF), target: name(PROD) };
    await kv.put(`app/other_x.1`, JSON.stringify({ repo_url: 'https://h/other', branch: 'x', master: 'n4' }));
    await expect(made().migrate({ ...given, source: name('other_x.1') })).rejects.toMatchObject({
      code: 'refused',
      message: `other_x.1 has nothing that ${PROD} may take.`,
    });
    await kv.remove('app/other_x.1');
  });

  it('while an operation works on either of the two', async () => {
    for (const app of [PROD, QUALIF]) {
      const holds = { node: 'n9', operation: 'deploy', requestId: 'r', since: 'then' };
      const { signal } = new AbortController();
      const lock = await createLocks(consul.client).acquire(`lock/app/${app}`, holds, {
        wait: false,
        signal,
      });
      await expect(made().migrate()).rejects.toMatchObject({ code: 'locked' });
      await lock.release();
    }
    await expectUntouched();
  });
});
