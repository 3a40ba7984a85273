import { beforeEach, describe, expect, it } from 'vitest';
import { CoveyError } from '../../../src/errors.ts';
import { takeLease } from '../../../src/handlers/fence.ts';
import { type Lease, parseLease } from '../../../src/lease/value.ts';
import { createVirtualConsul, type VirtualConsul } from '../../support/virtual-consul.ts';
import { createVirtualTime, type VirtualTime } from '../../support/virtual-time.ts';

const key = 'covey/lease/node1';
const fence = { holder: 'node1', incarnation: 'a', counter: 3, notBefore: 0 };
const signal = new AbortController().signal;
let time: VirtualTime;
let consul: VirtualConsul;

beforeEach(() => {
  time = createVirtualTime();
  consul = createVirtualConsul(time, () => 0.5, { slow: 0, lossy: 0 });
});

async function put(lease: Partial<Lease>): Promise<void> {
  const index = consul.entries()[0]?.modifyIndex ?? 0;
  const value = JSON.stringify({ incarnation: 'a', counter: 3, apps: ['app'], guarded: true, ...lease });
  const written = consul.from(() => false).transaction([{ op: 'cas', key, value, index }]);
  await time.runTo(time.now() + 100);
  await written;
}

const unseen = { lease: () => undefined };

async function take(
  node: string,
  more: { guard?: { session: string }; seenAfter?: number } = {},
): Promise<unknown> {
  const lock = consul.lock(() => false) ?? {
    guard: { op: 'check-session', key: 'lock', session: 'gone' } as const,
  };
  const guard = more.guard ? { op: 'check-session' as const, key: 'lock', ...more.guard } : lock.guard;
  const kv = consul.from(() => false) as Parameters<typeof takeLease>[0]['kv'];
  const { seenAfter } = more;
  const seen = {
    lease: { incarnation: 'a', counter: 3, apps: [], guarded: true },
    silentFor: 9_000,
    hasChanged: true,
  };
  const memory = seenAfter === undefined ? unseen : { lease: () => ({ ...seen, seenAfter }) };
  const taking = takeLease({ kv, node, memory, time }, { key: 'lock', guard }, fence, signal).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  await time.runTo(time.now() + 1_000);
  return taking;
}

const lease = () => parseLease(consul.entries()[0]?.value ?? '');

describe('the lease of a lost master', () => {
  it('is taken, so that its renewal fails', async () => {
    await put({});
    const index = consul.entries()[0]?.modifyIndex;
    expect(await take('node2')).toBeUndefined();
    expect(lease()).toMatchObject({ counter: 3, taken_by: 'node2', takes: 1 });
    expect(consul.entries()[0]?.modifyIndex).not.toBe(index);
  });

  it('is taken for another app as well', async () => {
    await put({ taken_by: 'node3', takes: 1 });
    expect(await take('node2')).toBeUndefined();
    expect(lease()).toMatchObject({ taken_by: 'node2', takes: 2 });
  });

  it('is not taken before the master has stopped, and then only if it is still silent', async () => {
    await put({});
    const kv = consul.from(() => false) as Parameters<typeof takeLease>[0]['kv'];
    const lock = { key: 'lock', guard: { op: 'check-session', key: 'lock', session: '' } as const };
    const taking = takeLease(
      { kv, node: 'node2', memory: unseen, time },
      lock,
      { ...fence, notBefore: 9_000 },
      signal,
    );
    const refused = expect(taking).rejects.toMatchObject({ code: 'refused' });
    await time.runTo(8_900);
    expect(lease()?.taken_by).toBeUndefined();
    await put({ counter: 4 });
    await time.runTo(10_000);
    await refused;
  });

  it.each<[string, Partial<Lease>]>([
    ['was renewed', { counter: 4 }],
    ['is that of another life of the peer', { incarnation: 'b' }],
  ])('is not taken when it %s', async (_what, more) => {
    await put(more);
    expect(await take('node2')).toMatchObject({
      code: 'refused',
      message: 'node1 has renewed its lease: it is not lost.',
    });
    expect(lease()?.taken_by).toBeUndefined();
  });

  it('is not taken from a machine that was seen when its apps had to be stopped', async () => {
    await put({});
    expect(await take('node2', { seenAfter: 5_001 })).toMatchObject({
      code: 'refused',
      message: 'node1 does not renew its lease, but is there: the app may run on.',
    });
    expect(lease()?.taken_by).toBeUndefined();
  });

  it('is taken from a machine that was seen for the last time before that', async () => {
    await put({});
    expect(await take('node2', { seenAfter: 5_000 })).toBeUndefined();
  });

  it('is not taken when it is not there', async () => {
    expect(await take('node2')).toMatchObject({ code: 'refused' });
  });

  it('is not taken by who has lost the lock of the app', async () => {
    await put({});
    const refused = await take('node2', { guard: { session: 'of another' } });
    expect(refused).toBeInstanceOf(CoveyError);
    expect(lease()?.taken_by).toBeUndefined();
  });
});
