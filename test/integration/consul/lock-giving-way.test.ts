import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createKv } from '../../../src/consul/kv.ts';
import { createLocks, type Lock, type Locks } from '../../../src/consul/lock.ts';
import type { LockHolder } from '../../../src/consul/lock-holder.ts';
import { startConsul, type TestConsul, until } from '../../support/consul.ts';

let consul: TestConsul;
let locks: Locks;
beforeAll(async () => {
  consul = await startConsul();
  locks = createLocks(consul.client);
}, 120_000);
afterAll(() => consul?.stop());

const signal = new AbortController().signal;
const holder = (node: string, operation: string): LockHolder => ({
  ...{ node, operation, requestId: 'r1', since: '2026-01-02T03:04:05Z' },
  ...(operation === 'follow' && { givesWay: true }),
});

/** What a node does of itself: it lets go when it is told to. */
async function follow(key: string): Promise<Lock> {
  const lock = await locks.acquire(key, holder('node1', 'follow'), { wait: false, signal });
  lock.signal.addEventListener('abort', () => void lock.release());
  return lock;
}

describe('a lock whose holder gives way', () => {
  it.each([false, true])('is had by who asks for it (with --wait: %s)', async (wait) => {
    const key = `lock/app/asked-${wait}`;
    const following = await follow(key);
    const told: (string | undefined)[] = [];
    const onWaiting = (other: LockHolder | undefined) => void told.push(other?.operation);
    const lock = await locks.acquire(key, holder('node2', 'deploy'), { wait, signal, onWaiting });
    expect(following.signal.reason).toMatchObject({
      code: 'cancelled',
      message: `asked-${wait} is wanted by somebody else`,
    });
    expect(lock.fence).toBeGreaterThan(following.fence);
    expect(told).toEqual(['follow']);
    await lock.release();
  });

  it('is refused to another one who would give way too', async () => {
    const key = 'lock/app/both';
    const lock = await follow(key);
    const second = locks.acquire(key, holder('node2', 'follow'), { wait: false, signal });
    await expect(second).rejects.toMatchObject({ code: 'locked' });
    expect(lock.signal.aborted).toBe(false);
    await lock.release();
  });

  it('goes to one of those who ask, and the others are refused as ever', async () => {
    const key = 'lock/app/two';
    await follow(key);
    const asked = await Promise.allSettled(
      ['node2', 'node3'].map((node) => locks.acquire(key, holder(node, 'deploy'), { wait: false, signal })),
    );
    const [lock] = asked.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
    expect(asked.flatMap((each) => (each.status === 'rejected' ? [each.reason] : []))).toMatchObject([
      { code: 'locked', message: expect.stringContaining('two is being deployed by node') },
    ]);
    await lock?.release();
    await until(async () => (await createKv(consul.client).list(`queue/${key}/`)).length === 0);
  });
});
