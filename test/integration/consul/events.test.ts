import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEvents, type Events } from '../../../src/consul/events.ts';
import { startConsul, type TestConsul, until } from '../../support/consul.ts';

let consul: TestConsul;
let events: Events;
beforeAll(async () => {
  consul = await startConsul();
  events = createEvents(consul.client);
}, 120_000);
afterAll(() => consul?.stop());

/** Collects what a watch says until it is stopped. */
function collect(name: string) {
  const stop = new AbortController();
  const seen: { id: string; payload: string; ltime: number; at: number }[] = [];
  const done = (async () => {
    for await (const event of events.watch(stop.signal)) {
      if (event.name === name) seen.push({ ...event, at: performance.now() });
    }
  })();
  const end = () => {
    stop.abort();
    return done;
  };
  return { seen, end };
}

describe('events', () => {
  it('come once each, within 100 ms, with their payload and a growing Lamport time', async () => {
    const { seen, end } = collect('deploy');
    const ids: string[] = [];
    for (const payload of ['{"repo": "ssh://git@example.com/é"}', '', '3']) {
      const before = performance.now();
      ids.push(await events.fire('deploy', payload));
      await until(() => seen.length === ids.length);
      expect((seen.at(-1)?.at ?? 0) - before).toBeLessThan(100);
    }
    expect(seen.map((event) => event.id)).toEqual(ids);
    expect(seen.map((event) => event.payload)).toEqual(['{"repo": "ssh://git@example.com/é"}', '', '3']);
    const times = seen.map((event) => event.ltime);
    expect(times).toEqual([...new Set(times)].toSorted((a, b) => a - b));
    await end();
  });

  it('are not lost or doubled when fifty are fired at once, and show again to a new watch', async () => {
    const { seen, end } = collect('burst');
    await Promise.all(Array.from({ length: 50 }, (_, i) => events.fire('burst', String(i))));
    await until(() => seen.length >= 50);
    const numbers = (list: { payload: string }[]) =>
      list.map((event) => Number(event.payload)).toSorted((a, b) => a - b);
    expect(numbers(seen)).toEqual(Array.from({ length: 50 }, (_, i) => i));
    await end();

    const later = collect('burst');
    await until(() => later.seen.length === 50);
    expect(numbers((await events.list()).filter((event) => event.name === 'burst'))).toEqual(
      numbers(later.seen),
    );
    await later.end();
  });

  it('go on after the agent restarts, each still once', async () => {
    const { seen, end } = collect('restart');
    await events.fire('restart', 'before');
    await until(() => seen.length === 1);
    await consul.kill();
    await consul.start();
    await events.fire('restart', 'after');
    await until(() => seen.length === 2);
    expect(seen.map((event) => event.payload)).toEqual(['before', 'after']);
    await end();
  }, 60_000);

  it('take about 400 bytes, and say so', async () => {
    await expect(events.fire('deploy', 'x'.repeat(300))).resolves.toMatch(/^[0-9a-f-]{36}$/);
    await expect(events.fire('deploy', 'x'.repeat(600))).rejects.toMatchObject({
      code: 'invalid',
      message: expect.stringContaining('the payload of event "deploy" has 600 bytes: Consul takes 512'),
    });
  });
});
