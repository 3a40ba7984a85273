import { beforeAll, describe, expect, it } from 'vitest';
import type { Kv } from '../../../src/consul/kv.ts';
import { createLocks, type Lock, type Locks, lockSessionName } from '../../../src/consul/lock.ts';
import type { LockHolder } from '../../../src/consul/lock-holder.ts';
import { waitForTurn } from '../../../src/consul/queue.ts';
import { destroySessions, openSession } from '../../../src/consul/session.ts';
import { until } from '../../support/consul.ts';
import { consul, kv, useConsul } from '../../support/one-consul.ts';

useConsul();
let locks: Locks;
beforeAll(() => {
  locks = createLocks(consul.client);
});

const holder = (node: string, requestId = 'r1'): LockHolder => ({
  node,
  operation: 'deploy',
  requestId,
  since: '2026-01-02T03:04:05Z',
});
const now = (key: string, node = 'node1') =>
  locks.acquire(key, holder(node), { wait: false, signal: new AbortController().signal });
const sessionOf = async (key: string) => (await kv.get(key, { consistent: true }))?.session ?? '';

describe('a lock', () => {
  it('is refused to a second, who is told by whom and since when', async () => {
    const lock = await now('lock/app/foo_master.12345', 'node2');
    await expect(now('lock/app/foo_master.12345')).rejects.toMatchObject({
      code: 'locked',
      message: 'foo_master.12345 is being deployed by node2 since 2026-01-02T03:04:05Z, request r1',
      hint: expect.stringContaining('--wait'),
    });
    expect(await locks.holder('lock/app/foo_master.12345')).toEqual(holder('node2'));
    await lock.release();
    expect(await locks.holder('lock/app/foo_master.12345')).toBeUndefined();
  });

  it('is had by exactly one of ten who ask at once', async () => {
    const results = await Promise.allSettled(
      Array.from({ length: 10 }, (_, i) => now('lock/app/race', `node${i}`)),
    );
    const won = results.filter((result) => result.status === 'fulfilled');
    expect(won).toHaveLength(1);
    for (const result of results) if (result.status === 'rejected') expect(result.reason.code).toBe('locked');
    await won[0]?.value.release();
  });

  it('has a higher fence each time, also after its key was deleted', async () => {
    const fences: number[] = [];
    for (let i = 0; i < 5; i++) {
      const lock = await now('lock/app/fence');
      fences.push(lock.fence);
      await lock.release();
      if (i === 2) await kv.remove('lock/app/fence');
    }
    expect(fences).toEqual([...new Set(fences)].toSorted((a, b) => a - b));
  });

  it('can be released twice', async () => {
    const lock = await now('lock/app/twice');
    await lock.release();
    await lock.release();
    expect(lock.signal.aborted).toBe(false);
  });

  it('has a session without health checks and without a lock delay', async () => {
    const lock = await now('lock/app/session');
    const { body } = await consul.client.call((o) => consul.client.raw.session.list(o as never));
    expect(body).toMatchObject([{ Name: 'covey lock node1', LockDelay: 0, TTL: '15s', Behavior: 'release' }]);
    expect((body as { NodeChecks?: string[] }[])[0]?.NodeChecks ?? []).toEqual([]);
    await lock.release();
  });
});

describe('a lost lock', () => {
  it('aborts its signal when the session is destroyed, and the next one has a higher fence at once', async () => {
    const lock = await now('lock/app/lost');
    await consul.client.call(async (o) =>
      consul.client.raw.session.destroy({ ...o, id: await sessionOf('lock/app/lost') }),
    );
    await until(() => lock.signal.aborted, 1000);
    expect(lock.signal.reason).toMatchObject({
      code: 'locked',
      message: 'the lock lock/app/lost was taken away from under this request: now nobody holds it',
    });
    const next = await now('lock/app/lost', 'node2');
    expect(next.fence).toBeGreaterThan(lock.fence);
    await next.release();
    await lock.release();
  });

  it('aborts its signal when its key is deleted', async () => {
    const lock = await now('lock/app/deleted');
    await kv.remove('lock/app/deleted');
    await until(() => lock.signal.aborted, 1000);
    await lock.release();
  });

  it('makes no commit: a transaction with its guard is refused', async () => {
    const lock = await now('lock/app/guard');
    const commit = () => kv.transaction([lock.guard, { op: 'set', key: 'app/guard', value: 'x' }]);
    expect(await commit()).toMatchObject({ ok: true });
    await destroySessions(consul.client, lockSessionName('node1'));
    expect(await commit()).toMatchObject({ ok: false });
    await lock.release();
  });

  it('is free at once when the peer that held it starts again', async () => {
    const orphan = await now('lock/app/orphan', 'node1');
    const other = await now('lock/app/other', 'node2');
    expect(await destroySessions(consul.client, lockSessionName('node1'))).toBe(1);
    await until(() => orphan.signal.aborted, 1000);
    expect(other.signal.aborted).toBe(false);
    await other.release();
    await orphan.release();
  });
});

describe('waiting', () => {
  const wait = (
    key: string,
    node: string,
    onWaiting?: (holder: LockHolder | undefined) => void,
    signal?: AbortSignal,
  ) =>
    locks.acquire(key, holder(node), {
      wait: true,
      signal: signal ?? new AbortController().signal,
      onWaiting,
    });
  const inLine = async (key: string) => (await kv.list(`queue/${key}/`)).length;

  it('serves those who wait in the order in which they came', async () => {
    const key = 'lock/app/queue';
    const first = await now(key);
    const order: string[] = [];
    const told: string[] = [];
    const waiting: Promise<void>[] = [];
    for (const [i, node] of ['a', 'b', 'c', 'd'].entries()) {
      const run = async (lock: Lock) => {
        order.push(node);
        await lock.release();
      };
      waiting.push(wait(key, node, (by) => told.push(`${node} for ${by?.node}`)).then(run));
      await until(async () => (await inLine(key)) === i + 1);
    }
    expect(told).toEqual(['a for node1', 'b for node1', 'c for node1', 'd for node1']);
    await first.release();
    await Promise.all(waiting);
    expect(order).toEqual(['a', 'b', 'c', 'd']);
    expect(await inLine(key)).toBe(0);
  });

  it('takes a free lock without waiting', async () => {
    let told = 0;
    const lock = await wait('lock/app/free', 'node1', () => (told += 1));
    expect(told).toBe(0);
    await lock.release();
  });

  it('ends with its signal, and leaves neither ticket nor session', async () => {
    const key = 'lock/app/abort';
    const first = await now(key);
    const stop = new AbortController();
    const waiting = wait(key, 'node2', undefined, stop.signal);
    await until(async () => (await inLine(key)) === 1);
    stop.abort();
    await expect(waiting).rejects.toMatchObject({ code: 'cancelled' });
    expect(await inLine(key)).toBe(0);
    const { body } = await consul.client.call((o) => consul.client.raw.session.list(o as never));
    expect((body as unknown[]).length).toBe(1);
    await first.release();
  });

  it('goes on when one in line dies', async () => {
    const key = 'lock/app/dies';
    const first = await now(key);
    const dead = wait(key, 'node2').catch((error: unknown) => error);
    await until(async () => (await inLine(key)) === 1);
    const alive = wait(key, 'node3');
    await until(async () => (await inLine(key)) === 2);
    expect(await destroySessions(consul.client, lockSessionName('node2'))).toBe(2);
    await first.release();
    const lock = await alive;
    expect(await locks.holder(key)).toEqual(holder('node3'));
    await lock.release();
    expect(await dead).toMatchObject({ code: expect.stringMatching(/unavailable|cancelled|failed/) });
  }, 30_000);
});

describe('the agent', () => {
  it('may restart while a lock is held', async () => {
    const lock = await now('lock/app/restart');
    await consul.kill();
    await consul.start();
    expect(await sessionOf('lock/app/restart')).not.toBe('');
    expect(lock.signal.aborted).toBe(false);
    await lock.release();
  }, 60_000);

  it('may be away while a lock is given back: it is free soon after, not only when the TTL has passed', async () => {
    const lock = await now('lock/app/given-back');
    await consul.kill();
    await expect(lock.release()).rejects.toMatchObject({ code: 'unavailable' });
    await consul.start();
    const answers = performance.now();
    await until(async () => (await sessionOf('lock/app/given-back')) === '', 40_000);
    // With a new leader a session lasts another TTL at least.
    expect(performance.now() - answers).toBeLessThan(12_000);
  }, 60_000);

  it('may not stay away for longer than the TTL', async () => {
    const lock = await now('lock/app/away');
    await consul.kill();
    const before = performance.now();
    await until(() => lock.signal.aborted, 20_000);
    expect(performance.now() - before).toBeLessThan(15_500);
    expect(lock.signal.reason).toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('not renewed for 15 s (Consul at'),
    });
    await consul.start();
    await lock.release();
  }, 60_000);
});

describe('the line before a lock', () => {
  const stand = (store: Kv, signal: AbortSignal, take: () => Promise<unknown>) =>
    waitForTurn(consul.client, store, 'lock/app/line', 'covey-test', signal, take);

  it('is left by who gives up', async () => {
    const [first, second] = [new AbortController(), new AbortController()];
    const taken = Promise.withResolvers<void>();
    const ended = Promise.withResolvers<void>();
    const holding = stand(kv, first.signal, () => {
      taken.resolve();
      return ended.promise;
    });
    await taken.promise;
    const waiting = stand(kv, second.signal, async () => expect.unreachable());
    await until(async () => (await kv.list('queue/lock/app/line/')).length === 2);
    second.abort();
    await expect(waiting).rejects.toMatchObject({
      code: 'cancelled',
      message: 'stopped waiting for the lock lock/app/line',
    });
    ended.resolve();
    await holding;
    expect(await kv.list('queue/lock/app/line/')).toEqual([]);
  });

  it('is not stood in where Consul gives no ticket', async () => {
    const transaction = async () => ({
      ok: false as const,
      failures: [{ op: 0, key: '', why: 'invalid session' }],
    });
    const standing = stand({ ...kv, transaction }, new AbortController().signal, async () => undefined);
    await expect(standing).rejects.toMatchObject({
      code: 'failed',
      message: 'cannot queue for lock/app/line: invalid session',
    });
  });
});

it('a session that Consul has ended is lost at its next renewal, and gets no lock', async () => {
  const { signal } = new AbortController();
  const session = await openSession(consul.client, { name: 'covey-ended', behavior: 'release', signal });
  expect(await destroySessions(consul.client, 'covey-ended')).toBe(1);
  await until(() => session.lost.aborted, 20_000);
  expect(session.lost.reason).toMatchObject({
    code: 'unavailable',
    message: expect.stringMatching(
      /^lost the Consul session "covey-ended": Consul has ended it \(Consul at /,
    ),
  });
}, 60_000);
