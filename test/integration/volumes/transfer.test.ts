import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { duplexPair, Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { run } from '../../../src/command.ts';
import type { ActionDeps } from '../../../src/plan/actions/action.ts';
import { send } from '../../../src/plan/actions/data.ts';
import { snapshotSubvolume } from '../../../src/volumes/btrfs.ts';
import { estimateStream } from '../../../src/volumes/transfer/estimate.ts';
import { volumeGuard } from '../../../src/volumes/transfer/guard.ts';
import { createLink } from '../../../src/volumes/transfer/link.ts';
import type { TransferProgress } from '../../../src/volumes/transfer/progress.ts';
import { openReceiver } from '../../../src/volumes/transfer/receive.ts';
import { logger } from '../peer/support.ts';
import {
  cleanup,
  count,
  digest,
  disks,
  fill,
  hand,
  MB,
  names,
  pair,
  startNode,
  times,
  useStores,
} from './transfer-nodes.ts';

useStores();

describe('a volume is handed over', () => {
  it('in full first, then only what changed, then back', async () => {
    const { one, two } = await pair();
    await one.store.create('db');
    await fill(one, 'big', 32 * MB);
    const reports: TransferProgress[] = [];
    const first = await hand(one, two, { onProgress: (report) => reports.push(report) });
    expect(first.parent).toBeNull();
    expect(first.bytes).toBeGreaterThan(32 * MB);
    expect(reports.at(-1)?.bytes).toBe(first.bytes);
    expect(Number(reports.at(-1)?.total) / first.bytes).toBeCloseTo(1, 2);
    expect(await names(two)).toEqual([first.snapshot]);
    expect(await digest(two.store.snapshotPath(first.snapshot))).toBe(
      await digest(one.store.volumePath('db')),
    );

    await writeFile(path.join(one.store.volumePath('db'), 'row'), 'two');
    const second = await hand(one, two);
    expect(second).toMatchObject({ parent: first.snapshot });
    expect(second.bytes).toBeLessThan(2_000);
    expect(await names(two)).toEqual([first.snapshot, second.snapshot]);
    expect(await digest(two.store.snapshotPath(second.snapshot))).toBe(
      await digest(one.store.volumePath('db')),
    );

    // The other node goes on from it, and sends back its changes alone.
    await two.store.restore('db', null);
    await writeFile(path.join(two.store.volumePath('db'), 'row'), 'three');
    const back = await hand(two, one);
    expect(back).toMatchObject({ parent: second.snapshot });
    expect(back.bytes).toBeLessThan(2_000);
    await one.store.restore('db', null);
    expect(await readFile(path.join(one.store.volumePath('db'), 'row'), 'utf8')).toBe('three');

    for (const [node, other] of [
      [one, 'node2'],
      [two, 'node1'],
    ] as const) {
      expect(node.pins.common('db', other)).toEqual([back.snapshot]);
      expect(node.pins.isPinned(back.snapshot)).toBe(true);
      expect(node.pins.isPinned(first.snapshot)).toBe(false);
    }
  });

  it('in rounds while it is written to, until little is left', async () => {
    const { one, two } = await pair();
    await one.store.create('db');
    await fill(one, 'big', 80 * MB);
    // What is written while a round goes.
    const writes = [24, 2];
    const rounds: Awaited<ReturnType<typeof hand>>[] = [];
    const { run: sendAll } = send({
      handOff: async () => {
        const mib = writes[rounds.length] ?? 0;
        // After the round's snapshot, which is the state that it sends.
        const snapshot = await one.store.snapshot('db');
        if (mib > 0) await fill(one, `more${mib}`, mib * MB);
        const sent = await hand(one, two, { snapshot });
        rounds.push(sent);
        return sent;
      },
    } as unknown as ActionDeps);
    const result = await sendAll(
      { kind: 'send', volumes: ['db'], to: 'node2', rounds: 5 },
      {
        signal: new AbortController().signal,
        report: () => undefined,
        mandate: { app: 'shop', fence: 7, operation: 'o' },
      },
    );
    const [first, second, third, ...more] = rounds;
    expect(more).toEqual([]);
    expect(first).toMatchObject({ parent: null });
    expect(second).toMatchObject({ parent: first?.snapshot });
    expect(third).toMatchObject({ parent: second?.snapshot });
    expect(result).toMatchObject({ snapshots: { db: third?.snapshot } });
    expect(rounds.map(({ bytes }) => Math.floor(bytes / MB))).toEqual([80, 24, 2]);
    expect(await digest(two.store.snapshotPath(third?.snapshot ?? ''))).toBe(
      await digest(one.store.volumePath('db')),
    );
  });

  it('of about the size that was expected, though nobody waits for that', async () => {
    const { one, two } = await pair();
    await one.store.create('db');
    await fill(one, 'big', 8 * MB);
    const parent = await one.store.snapshot('db');
    await fill(one, 'more', 4 * MB);
    // The parent's generation grows with that, and its content is the same.
    await one.store.restore('db', parent, { to: 'copy' });
    const snapshot = await one.store.snapshot('db');
    const [old] = await one.store.snapshots('db');
    const { signal } = new AbortController();
    const at = one.store.snapshotPath(snapshot);
    const [all, increment] = [
      await estimateStream(at, null, signal),
      await estimateStream(at, old?.subvolume ?? null, signal),
    ];
    await hand(one, two, { snapshot: parent });
    const reports: TransferProgress[] = [];
    // A number that the command refuses.
    const ageless = async () =>
      (await one.store.snapshots('db')).map((each) => ({
        ...each,
        subvolume: { ...each.subvolume, createdAtGeneration: Number.NaN },
      }));
    const unknowing = { ...one, store: { ...one.store, snapshots: ageless } };
    const sent = await hand(unknowing, two, { snapshot, onProgress: (report) => reports.push(report) });
    expect(sent).toMatchObject({ parent });
    expect(new Set(reports.map(({ total }) => total))).toEqual(new Set([null]));
    expect(increment / sent.bytes).toBeCloseTo(1, 2);
    expect(all).toBe(increment + 8 * MB);
  });

  it('once, when asked again or twice at a time', async () => {
    const { one, two } = await pair();
    await one.store.create('db');
    await fill(one, 'some', 8 * MB);
    const snapshot = await one.store.snapshot('db');
    const both = await Promise.all([hand(one, two, { snapshot }), hand(one, two, { snapshot })]);
    expect(both.map(({ bytes }) => bytes > 0).sort()).toEqual([false, true]);
    expect(await hand(one, two, { snapshot })).toMatchObject({ snapshot, bytes: 0, parent: null });
    expect(await names(two)).toEqual([snapshot]);
  });

  it('in full where nothing is in common, though names are alike', async () => {
    const { one, two } = await pair();
    for (const node of [one, two]) {
      await node.store.create('db');
      await fill(node, 'own', 4 * MB);
    }
    const theirs = await two.store.snapshot('db');
    await snapshotSubvolume(one.store.volumePath('db'), one.store.snapshotPath(theirs), { readonly: true });
    await expect(hand(one, two, { snapshot: theirs })).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringMatching(/^node2: \S+ is there with another content/),
    });
    const sent = await hand(one, two);
    expect(sent.parent).toBeNull();
    expect(sent.bytes).toBeGreaterThan(4 * MB);
    expect(await names(two)).toEqual([theirs, sent.snapshot]);
  });

  it.each([
    ['as it was named', (name: string) => name],
    ['renamed as a sent marker', (name: string) => `${name}@10.0.0.2`],
  ])('from what Buttervolume sent before, %s', async (_, rename_) => {
    const { one, two } = await pair();
    await one.store.create('db');
    await fill(one, 'big', 16 * MB);
    const old = one.store.snapshotPath('db@2020-01-02T03:04:05.000006');
    await snapshotSubvolume(one.store.volumePath('db'), old, { readonly: true });
    await run('sh', [
      '-c',
      'btrfs send -q "$0" | btrfs receive -q "$1"',
      old,
      path.join(two.store.root, 'snapshots'),
    ]);
    const renamed = rename_(path.basename(old));
    await rename(old, one.store.snapshotPath(renamed));
    await writeFile(path.join(one.store.volumePath('db'), 'row'), 'new');
    const sent = await hand(one, two);
    expect(sent.parent).toBe(renamed);
    expect(sent.bytes).toBeLessThan(2_000);
  });

  it('also by a sender that is quicker with its data than the receiver with its folder', async () => {
    const { one, two } = await pair();
    await one.store.create('db');
    const snapshot = await one.store.snapshot('db');
    const [known] = await one.store.snapshots('db');
    const stream = path.join(disks[0]?.path ?? '', `stream${count}`);
    await run('btrfs', ['send', '-q', '-f', stream, one.store.snapshotPath(snapshot)]);
    const content = await readFile(stream);
    const [left, right] = duplexPair();
    const take = await openReceiver({
      store: two.store,
      pins: two.pins,
      guard: volumeGuard(),
      log: logger,
      admit: async () => {},
    });
    const received = take(right, { name: 'node1', role: 'peer' });
    const link = createLink(left, { other: 'node2', times });
    const mandate = { app: 'shop', fence: 7, operation: 'op-1' };
    const what = { volume: 'db', snapshot, identity: known?.subvolume.uuid ?? '' };
    link.send({ kind: 'hello', version: 1, ...mandate, ...what, parents: [] });
    await link.receive('answer');
    await link.sendAll(Readable.from([content]), () => undefined);
    link.send({ kind: 'end', bytes: content.length });
    await link.receive('verdict');
    link.send({ kind: 'settled' });
    expect(await received).toMatchObject({ snapshot, bytes: content.length });
    await link.close();
    expect(await names(two)).toEqual([snapshot]);
  });

  it('and what is there under another name is not sent', async () => {
    const { one, two } = await pair();
    await one.store.create('db');
    await fill(one, 'some', 4 * MB);
    const { snapshot } = await hand(one, two);
    await rename(two.store.snapshotPath(snapshot), two.store.snapshotPath(`${snapshot}@+aside`));
    expect(await hand(one, two, { snapshot })).toMatchObject({ bytes: 0 });
    expect(await names(two)).toEqual([snapshot, `${snapshot}@+aside`]);
  });

  it('in full to a store in which increments find no parents', async () => {
    const { one } = await pair();
    const folder = path.join(disks[1]?.path ?? '', `plain${count}`, 'store');
    const mount = await mkdtemp(path.join(tmpdir(), 'covey-bind-'));
    await mkdir(folder, { recursive: true });
    await run('mount', ['--bind', folder, mount]);
    cleanup.add(async () => {
      await run('umount', [mount]);
      await rm(mount, { recursive: true });
    });
    const two = await startNode('node2', mount);
    await one.store.create('db');
    await fill(one, 'some', 4 * MB);
    await hand(one, two);
    const sent = await hand(one, two);
    expect(sent.parent).toBeNull();
    expect(await names(two)).toHaveLength(2);
  });
});

it('what only passes is pinned on neither side, and leaves what they have in common as it is', async () => {
  const { one, two } = await pair();
  await one.store.create('db');
  await fill(one, 'some', 4 * MB);
  const common = await hand(one, two);
  await fill(one, 'more', 2 * MB);
  const passed = await hand(one, two, { passing: true });
  expect(passed.parent).toBe(common.snapshot);
  expect(await digest(two.store.snapshotPath(passed.snapshot))).toBe(
    await digest(one.store.snapshotPath(passed.snapshot)),
  );
  for (const [node, peer] of [[one, 'node2'] as const, [two, 'node1'] as const])
    expect([node.pins.common('db', peer), node.pins.isPinned(passed.snapshot)]).toEqual([
      [common.snapshot],
      false,
    ]);
});
