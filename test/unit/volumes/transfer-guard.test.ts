import { expect, it } from 'vitest';
import { volumeGuard } from '../../../src/volumes/transfer/guard.ts';

/** Work that goes on until it is let go. */
function held() {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { work: () => promise, release: () => resolve() };
}

it('a volume is not purged while it is transferred, and others are', async () => {
  const guard = volumeGuard();
  const [one, two] = [held(), held()];
  const transfers = [guard.transfer('db', one.work), guard.transfer('db', two.work)];
  const purge = (volume: string) => guard.purge(volume, async () => 'purged');
  expect([await purge('db'), await purge('files')]).toEqual([null, 'purged']);
  one.release();
  await transfers[0];
  expect(await purge('db')).toBeNull();
  two.release();
  await transfers[1];
  expect(await purge('db')).toBe('purged');
});

it('a purge gives way to a transfer, which begins after it', async () => {
  const guard = volumeGuard();
  const log: string[] = [];
  const begun = Promise.withResolvers<void>();
  const purge = guard.purge('db', async (giveWay) => {
    begun.resolve();
    await new Promise((resolve) => giveWay.addEventListener('abort', resolve, { once: true }));
    log.push('purge ends');
  });
  await begun.promise;
  expect(await guard.purge('db', async () => 'twice')).toBeNull();
  await guard.transfer('db', async () => log.push('transfer'));
  await purge;
  expect(log).toEqual(['purge ends', 'transfer']);
});

it('what failed holds nobody up', async () => {
  const guard = volumeGuard();
  const fail = async () => {
    throw new Error('no');
  };
  await expect(guard.purge('db', fail)).rejects.toThrow('no');
  await expect(guard.transfer('db', fail)).rejects.toThrow('no');
  expect(await guard.purge('db', async () => 'purged')).toBe('purged');
});
