import { describe, expect, it } from 'vitest';
import { createSubvolume } from '../../../src/volumes/btrfs.ts';
import { startServer } from '../peer/support.ts';
import { cleanup, fill, hand, MB, names, pair, proxy, tls, useStores } from './transfer-nodes.ts';

useStores();

describe('a transfer is refused', () => {
  it('to those who are no peers', async () => {
    const { one, two } = await pair();
    await one.store.create('db');
    await expect(hand(one, two, { as: tls.operator })).rejects.toMatchObject({
      code: 'denied',
      message: 'node2: someone (operator) may not send volumes',
    });
    expect(await names(two)).toEqual([]);
  });

  it('to a node that is not the one that was meant', async () => {
    const { one, two } = await pair();
    await one.store.create('db');
    await expect(hand(one, { ...two, name: 'node3' })).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('is the node "node2" by its certificate, not "node3"'),
    });
  });

  it('to a peer that speaks only gRPC', async () => {
    const { one } = await pair();
    await one.store.create('db');
    const server = await startServer(tls.node2, {});
    cleanup.add(() => server.stop(0));
    await expect(hand(one, { ...one, name: 'node2', port: server.port })).rejects.toMatchObject({
      code: 'unavailable',
    });
  });

  it('to an operation that has lost its lock', async () => {
    const { one, two } = await pair();
    await one.store.create('db');
    two.fence = 8;
    await expect(hand(one, two, { fence: 7 })).rejects.toMatchObject({
      code: 'refused',
      message: 'node2: Another operation has begun',
    });
    expect(await names(two)).toEqual([]);
    await hand(one, two, { fence: 8 });
  });

  it('to an operation that lost its lock while it sent: nothing lands', async () => {
    const { one, two } = await pair();
    await one.store.create('db');
    await fill(one, 'big', 16 * MB);
    const port = await proxy(two.port, (total) => {
      if (total > 4 * MB) two.fence = 8;
    });
    await expect(hand(one, two, { port, fence: 7 })).rejects.toMatchObject({
      code: 'refused',
      message: 'node2: Another operation has begun',
    });
    expect(two.asked).toBe(2);
    expect(await names(two)).toEqual([]);
  });

  it('for what is not there or not finished', async () => {
    const { one, two } = await pair();
    await expect(hand(one, two)).rejects.toMatchObject({ code: 'not-found' });
    await one.store.create('db');
    await expect(hand(one, two, { snapshot: 'db@2020-01-01T00:00:00.000000' })).rejects.toMatchObject({
      code: 'not-found',
    });
    const half = 'db@2021-01-01T00:00:00.000000';
    await createSubvolume(one.store.snapshotPath(half));
    await expect(hand(one, two, { snapshot: half })).rejects.toMatchObject({
      code: 'conflict',
      message: `${half} is writable, so it is no finished snapshot`,
    });
  });
});
