import { describe, expect, it } from 'vitest';
import { createConsulClient } from '../../../src/consul/client.ts';
import { createKv, type KvEntry } from '../../../src/consul/kv.ts';
import { CoveyError } from '../../../src/errors.ts';
import { startConsul, until } from '../../support/consul.ts';
import { consul, kv, useConsul } from '../../support/one-consul.ts';

useConsul();

describe('get, put, list and remove', () => {
  it('reads what was written, with its indexes', async () => {
    const index = await kv.put('app/übung', 'a "value"\n\u0001');
    expect(await kv.get('app/übung', { consistent: true })).toEqual({
      key: 'app/übung',
      value: 'a "value"\n\u0001',
      modifyIndex: index,
      createIndex: index,
    });
  });

  it('says undefined, an empty list and an empty value for what is not there or empty', async () => {
    expect(await kv.get('nothing/here')).toBeUndefined();
    expect(await kv.list('nothing/')).toEqual([]);
    await kv.put('maintenance/foo', '');
    expect((await kv.get('maintenance/foo'))?.value).toBe('');
  });

  it('lists by prefix in the order of the keys', async () => {
    for (const name of ['b', 'a', 'c']) await kv.put(`list/${name}`, name);
    expect((await kv.list('list/')).map((entry) => entry.value)).toEqual(['a', 'b', 'c']);
  });

  it('removes, with an index only what is unchanged', async () => {
    const old = await kv.put('gone', '1');
    const now = await kv.put('gone', '2');
    expect(await kv.remove('gone', old)).toBe(false);
    expect(await kv.remove('gone', now)).toBe(true);
    expect(await kv.get('gone')).toBeUndefined();
  });

  it.each(['', '/app'])('refuses the key "%s"', async (key) => {
    await expect(kv.put(key, 'x')).rejects.toMatchObject({
      code: 'invalid',
      message: `not a key of Consul's store: "${key}"`,
    });
  });
});

describe('check-and-set', () => {
  it('creates once, and writes only on the index it was given', async () => {
    const first = await kv.cas('cas/a', '1', 0);
    expect(first).toBeGreaterThan(0);
    expect(await kv.cas('cas/a', 'again', 0)).toBeUndefined();
    const second = await kv.cas('cas/a', '2', first ?? 0);
    expect(second).toBeGreaterThan(first ?? 0);
    expect(await kv.cas('cas/a', 'late', first ?? 0)).toBeUndefined();
    expect(await kv.get('cas/a')).toMatchObject({ value: '2', modifyIndex: second });
  });

  it('lets one of twenty at once win', async () => {
    const results = await Promise.all(Array.from({ length: 20 }, (_, i) => kv.cas('cas/race', String(i), 0)));
    expect(results.filter((index) => index !== undefined)).toHaveLength(1);
  });
});

describe('transactions', () => {
  it('writes all or nothing', async () => {
    const index = await kv.put('txn/record', 'old');
    const done = await kv.transaction([
      { op: 'cas', key: 'txn/record', value: 'new', index },
      { op: 'check-not-exists', key: 'txn/journal' },
      { op: 'set', key: 'txn/journal', value: 'committed' },
    ]);
    expect(done.ok && [...done.indexes.keys()]).toEqual(['txn/record', 'txn/journal']);
    const refused = await kv.transaction([
      { op: 'set', key: 'txn/journal', value: 'twice' },
      { op: 'cas', key: 'txn/record', value: 'newer', index },
    ]);
    expect(refused).toMatchObject({ ok: false, failures: [{ op: 1, key: 'txn/record' }] });
    expect((await kv.list('txn/')).map((entry) => entry.value)).toEqual(['committed', 'new']);
  });

  it('refuses more than Consul takes', async () => {
    const ops = Array.from({ length: 65 }, (_, i) => ({ op: 'set' as const, key: `many/${i}`, value: '' }));
    await expect(kv.transaction(ops)).rejects.toMatchObject({
      code: 'invalid',
      message: 'a Consul transaction takes 1 to 64 operations, not 65',
    });
  });
});

describe('watch', () => {
  const values = (entries: KvEntry[]) => entries.map((entry) => entry.value).join();

  it('begins with what is there, follows within 100 ms, and ends with the signal', async () => {
    const stop = new AbortController();
    const seen: { values: string; at: number }[] = [];
    const done = (async () => {
      for await (const { entries } of kv.watch('watch/', stop.signal)) {
        seen.push({ values: values(entries), at: performance.now() });
      }
    })();
    await until(() => seen.length === 1);
    for (const value of ['1', '2', '3']) {
      const before = performance.now();
      const count = seen.length;
      await kv.put('watch/a', value);
      await until(() => seen.length > count);
      expect((seen.at(-1)?.at ?? 0) - before).toBeLessThan(100);
    }
    await kv.remove('watch/a');
    await until(() => seen.length === 5);
    expect(seen.map((one) => one.values)).toEqual(['', '1', '2', '3', '']);
    stop.abort();
    await done;
  });

  it('does not wake its reader for other keys', async () => {
    const stop = new AbortController();
    let count = 0;
    const done = (async () => {
      for await (const _ of kv.watch('quiet/', stop.signal)) count += 1;
    })();
    await until(() => count === 1);
    for (let i = 0; i < 20; i++) await kv.put('loud/a', String(i));
    await kv.put('quiet/a', 'x');
    await until(() => count > 1);
    expect(count).toBe(2);
    stop.abort();
    await done;
  });

  it('survives kill -9 and restart of the agent', async () => {
    const stop = new AbortController();
    const seen: string[] = [];
    const errors: CoveyError[] = [];
    let recovered = 0;
    await kv.put('restart/a', 'before');
    const done = (async () => {
      const callbacks = {
        onError: (error: CoveyError) => errors.push(error),
        onRecover: () => (recovered += 1),
      };
      for await (const { entries } of kv.watch('restart/', stop.signal, callbacks))
        seen.push(values(entries));
    })();
    await until(() => seen.length === 1);
    await consul.kill();
    await until(() => errors.length > 1);
    expect(errors.at(-1)).toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('is not reachable'),
    });
    await consul.start();
    await until(() => recovered > 0);
    await kv.put('restart/a', 'after');
    await until(() => seen.length > 1);
    expect(seen).toEqual(['before', 'after']);
    stop.abort();
    await done;
  }, 60_000);
});

describe('what goes wrong', () => {
  it('says that no agent listens there', async () => {
    const nobody = createKv(createConsulClient({ host: '127.0.0.1', port: 1 }));
    await expect(nobody.get('a')).rejects.toThrow('Consul at 127.0.0.1:1 is not reachable (ECONNREFUSED)');
  });

  it('says that there is no leader', async () => {
    const alone = await startConsul({ node: 'alone', expect: 3 });
    try {
      await expect(createKv(alone.client).get('a')).rejects.toMatchObject({
        code: 'unavailable',
        message: expect.stringContaining('has no leader (no quorum)'),
      });
    } finally {
      await alone.stop();
    }
  }, 60_000);

  it('ends a call at once when it is aborted', async () => {
    const stop = new AbortController();
    stop.abort();
    const error = await kv.get('a', { signal: stop.signal }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(CoveyError);
    expect(error).toMatchObject({
      code: 'cancelled',
      message: expect.stringMatching(/^the request to Consul at \S+ was cancelled$/),
    });
  });
});
