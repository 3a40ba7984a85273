import { describe, expect, test, vi } from 'vitest';
import { type LoadOptions, startLoad } from '../../../src/drill/load.ts';
import { lanesOf } from '../../../src/drill/look.ts';
import type { Sample } from '../../../src/drill/report.ts';
import { answer, faults, PAGE, startSite, useServers } from './servers.ts';

useServers();

const signal = AbortSignal.timeout(60_000);
const WAYS = [
  'http, kept connection',
  'http, new connection',
  'https, HTTP/2',
  'https, kept connection',
  'https, new connection',
];

/** A site under load, and what came of it. */
async function loaded(options: Partial<LoadOptions> = {}) {
  const site = await startSite();
  const lanes = await lanesOf(site.targets, { signal, apart: 0 });
  const samples: Sample[] = [];
  const begun = performance.now();
  const load = startLoad({ lanes, rate: 200, onSample: (sample) => samples.push(sample), ...options }, 'a');
  await load.underWay(signal);
  return { site, load, samples, begun };
}

const waysOf = (samples: readonly Sample[]) => [...new Set(samples.map(({ way }) => way))].sort();

describe.each(Object.entries(faults))('%s', (_, { behave, told }) => {
  test('is counted on every way, and what is right before and after it is not', async () => {
    const isLate = told.test('no answer within 1 s');
    const { site, load, samples } = await loaded(isLate ? { patience: 1_000 } : {});
    load.mark('fault');
    // Requests of before may still be under way when the site changes: only those count that have ended.
    const before = [...samples];
    site.behave(behave);
    await vi.waitFor(() => expect(waysOf(samples.filter(({ problem }) => problem))).toEqual(WAYS), 10_000);
    site.behave(answer(200, PAGE));
    load.mark('after');
    const isAfter = ({ phase, problem }: Sample) => phase === 'after' && problem === undefined;
    await vi.waitFor(() => expect(waysOf(samples.filter(isAfter))).toEqual(WAYS), 10_000);
    await load.stop();
    const wrong = samples.filter(({ problem }) => problem !== undefined);
    for (const { problem } of wrong) expect(problem).toMatch(told);
    expect(before.filter(({ problem }) => problem !== undefined)).toEqual([]);
  });
});

describe('the load', () => {
  test('is at its rate, however long answers take, and goes by all ways in turn', async () => {
    const { site, load, samples, begun } = await loaded();
    const held: (() => void)[] = [];
    site.behave((request, response) => held.push(() => answer(200, PAGE)(request, response)));
    load.mark('held');
    const since = performance.now();
    await vi.waitFor(() => {
      expect(performance.now() - since).toBeGreaterThan(1_000);
      expect(held.length).toBeGreaterThan(100);
    }, 10_000);
    const most = ((performance.now() - begun) / 1000) * 200 + 1;
    expect(site.seen.length - 2 * WAYS.length).toBeLessThanOrEqual(most);
    site.behave(answer(200, PAGE));
    for (const release of held) release();
    await load.stop();
    const waited = samples.filter(({ phase }) => phase === 'held');
    expect(waysOf(waited)).toEqual(WAYS);
    expect(samples.filter(({ problem, retried }) => problem !== undefined || retried)).toEqual([]);
    expect(Math.max(...waited.map(({ wait }) => wait))).toBeGreaterThan(500);
  });

  test('sends no more than may wait, and says so', async () => {
    const { site, load, samples } = await loaded({ mostWaiting: 20 });
    site.behave(() => undefined);
    const unsent = () => samples.filter(({ problem }) => problem === 'not sent: 20 others wait');
    await vi.waitFor(() => expect(unsent().length).toBeGreaterThan(3), 10_000);
    await load.stop({ drop: true });
    expect(samples.filter(({ problem }) => problem)).toEqual(unsent());
  });

  test('ends when it is stopped', async () => {
    const { site, load, samples } = await loaded();
    await load.stop();
    const { length } = samples;
    expect(site.seen.length).toBe(length + 2 * WAYS.length);
    expect(samples.filter(({ problem }) => problem)).toEqual([]);
  });

  test('can be waited for no longer than the signal allows', async () => {
    const site = await startSite();
    const lanes = await lanesOf(site.targets, { signal, apart: 0 });
    site.behave(() => undefined);
    const load = startLoad({ lanes, rate: 50, onSample: () => undefined }, 'a');
    const gone = new AbortController();
    const waiting = load.underWay(gone.signal);
    gone.abort(new Error('gone'));
    await expect(waiting).rejects.toThrow('gone');
    await load.stop({ drop: true });
  });
});
