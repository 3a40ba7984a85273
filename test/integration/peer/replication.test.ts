import { describe, expect, it, vi } from 'vitest';
import { cleanup, locks, MB, patient, setUp, startSlave, useNodes } from './replication-nodes.ts';

useNodes();

describe('a volume is replicated by schedule', () => {
  it('in full, then what changed, and not at all while nothing changes', async () => {
    const { store, slave, start, bytes, write, snapshots, row } = await setUp();
    const { replicas } = await start();
    await expect.poll(() => bytes, patient).toHaveLength(1);
    expect(bytes[0]).toBeGreaterThan(8 * MB);
    const first = replicas.of('db', 'node2');
    expect(await snapshots(slave.store)).toEqual([first.snapshot]);

    // Some rounds without a change: the time goes on, and nothing else does.
    await expect.poll(() => bytes.length, patient).toBeGreaterThanOrEqual(3);
    expect(bytes.slice(1).every((sent) => sent === 0)).toBe(true);
    expect(await snapshots(store)).toEqual([first.snapshot]);
    expect(replicas.of('db', 'node2').equalAt).toBeGreaterThan(first.equalAt);

    await write('two');
    await expect.poll(() => row(slave.store), patient).toBe('two');
    const sizes = () => bytes.filter((sent) => sent > 0);
    await expect.poll(sizes, patient).toHaveLength(2);
    expect(sizes()[1]).toBeLessThan(10_000);
    expect(await snapshots(slave.store)).toHaveLength(2);
  });

  it('and sent again to a slave that has lost it, though it has not changed', async () => {
    const { slave, start, bytes, snapshots } = await setUp();
    await start();
    await expect.poll(() => bytes, patient).toHaveLength(1);
    const [snapshot = ''] = await snapshots(slave.store);
    await slave.store.removeSnapshot(snapshot);
    await expect.poll(() => snapshots(slave.store), patient).toEqual([snapshot]);
  });

  it('in the rhythm of before after a restart', async () => {
    const { start, bytes } = await setUp();
    const before = await start();
    await expect.poll(() => bytes, patient).toHaveLength(1);
    await before.stop();
    const { equalAt } = before.replicas.of('db', 'node2');
    const rounds = bytes.length;
    const { replicas } = await start();
    expect(replicas.of('db', 'node2').equalAt).toBe(equalAt);
    await expect.poll(() => bytes.length, patient).toBeGreaterThan(rounds);
    expect(replicas.of('db', 'node2').equalAt).toBeGreaterThanOrEqual(equalAt + 990);
  });

  it('but not while an operation has the lock of its app', async () => {
    const { name, slave, start, bytes, snapshots } = await setUp();
    const holder = { node: 'node3', operation: 'deploy', requestId: 'r', since: new Date().toISOString() };
    const options = { wait: false, signal: AbortSignal.timeout(30_000) };
    const lock = await locks.acquire(`lock/app/${name}`, holder, options);
    cleanup.add(() => lock.release());
    const asked = vi.spyOn(locks, 'holder');
    cleanup.add(() => asked.mockRestore());
    await start();
    await expect.poll(() => asked.mock.calls.length, patient).toBeGreaterThanOrEqual(2);
    expect(bytes).toEqual([]);
    expect(await snapshots(slave.store)).toEqual([]);
    await lock.release();
    await expect.poll(() => bytes, patient).toHaveLength(1);
  });
});

describe('a replication fails', () => {
  it('where the record names another master, and goes on when it does not any more', async () => {
    const { name, slave, put, start, snapshots } = await setUp();
    await put({ master: 'node3' });
    const { replicas } = await start();
    await expect
      .poll(() => replicas.of('db', 'node2').failure?.error, patient)
      .toBe(`node2: The master of ${name} is node3, not node1`);
    expect(await snapshots(slave.store)).toEqual([]);
    await put();
    await expect.poll(() => replicas.of('db', 'node2').failure, patient).toBeNull();
    expect(await snapshots(slave.store)).toHaveLength(1);
  });

  it('while the slave is away, is told and tried again', async () => {
    const { store, slave, second, start, write, row, snapshots } = await setUp();
    const { replicas } = await start();
    await expect.poll(() => replicas.of('db', 'node2').equalAt, patient).toBeGreaterThan(0);
    await slave.stop();
    await write('two');
    await expect.poll(() => replicas.of('db', 'node2').failure?.error, patient).toMatch(/node2/);
    const failures = async (count: number) => {
      for (let seen = 0; seen < count; seen++) {
        const { at } = replicas.of('db', 'node2').failure ?? { at: 0 };
        await expect.poll(() => replicas.of('db', 'node2').failure?.at, patient).toBeGreaterThan(at);
      }
    };
    // The first one may have seen the file half written.
    await failures(1);
    const made = await snapshots(store);
    await failures(2);
    expect(await snapshots(store)).toEqual(made);
    const back = await startSlave(second, slave.port);
    await expect.poll(() => row(back.store), patient).toBe('two');
    await expect.poll(() => replicas.of('db', 'node2').failure, patient).toBeNull();
  });

  it('for a volume that is not there', async () => {
    const { store, start } = await setUp();
    await store.remove('db');
    const { replicas } = await start();
    await expect.poll(() => replicas.of('db', 'node2').failure?.error, patient).toMatch(/db is not there/);
  });
});
