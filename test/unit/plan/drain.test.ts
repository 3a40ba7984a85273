import { expect, it } from 'vitest';
import type { Container } from '../../../src/docker/engine.ts';
import { CoveyError } from '../../../src/errors.ts';
import type { ActionDeps } from '../../../src/plan/actions/action.ts';
import { drain } from '../../../src/plan/actions/drain.ts';
import type { Requests } from '../../../src/proxy/caddy/requests.ts';

const NETWORK = 'cluster_default';
const asked = (host: string, kind: Requests['kind'], count: number): Requests => ({ host, kind, count });
const one = [asked('web', 'requests', 1)];
const none = [asked('web', 'requests', 0)];
const action = { kind: 'drain' as const, project: 'foo', sites: [] };

interface Node {
  wait?: number;
  exitCode?: number;
  flush?: (options: { signal: AbortSignal }) => Promise<void>;
}

/** A node whose Caddy has these requests under way, look after look, the last for good; `wait` as the setting. */
function node(tells: Requests[][], { wait = 5_000, exitCode = 0, flush }: Node = {}) {
  const said: string[] = [];
  let looks = 0;
  const startedAt = new Date(Date.now() - 1_000);
  const web = { id: 'c', name: 'web', service: 'web', health: 'none', restarts: 0, startedAt };
  const state = exitCode === 0 ? 'running' : 'exited';
  const networks = { [NETWORK]: '172.18.0.3' };
  const deps = {
    engine: {
      containers: async () => [{ ...web, exitCode, state, networks, aliases: {} }] as unknown as Container[],
      logs: async () => 'no such table',
    },
    store: { flush },
    cutover: { hold: 30_000, drain: wait },
    health: { timeout: 1_000, steady: 3_600_000 },
    caddyContainer: 'covey-caddy',
    caddyRequests: async () => {
      const told = tells[Math.min(looks++, tells.length - 1)];
      if (told === undefined) throw new CoveyError('unavailable', 'Caddy does not answer.');
      return told;
    },
  } as unknown as ActionDeps;
  const report = (_: number, detail: string) => void said.push(detail);
  const mandate = { app: 'foo', fence: 1, operation: 'o' };
  const { run, undo } = drain(deps);
  const given = (signal = new AbortController().signal) => ({ signal, report, mandate });
  return {
    said,
    looks: () => looks,
    run: (signal?: AbortSignal, flush?: boolean) => run({ ...action, flush }, given(signal)),
    undo: (signal?: AbortSignal) => undo?.(action, undefined, given(signal)),
  };
}

it('ends when nothing was under way for a moment, not at the first look', async () => {
  const { run, said, looks } = node([none, one, one, none]);
  const begun = performance.now();
  await run();
  // the third look after the one that found nothing any more, at the earliest
  expect(looks()).toBeGreaterThanOrEqual(6);
  expect(performance.now() - begun).toBeGreaterThanOrEqual(200);
  expect(said).toEqual(['1 under way']);
});

it.each([true, false])(
  'has volumes written out meanwhile where it is to (%s), and waits for that no longer',
  async (flush) => {
    const flushed: AbortSignal[] = [];
    const { run } = node([none], {
      flush: ({ signal }) => {
        flushed.push(signal);
        return new Promise(() => {});
      },
    });
    await run(undefined, flush);
    expect(flushed.map(({ aborted }) => aborted)).toEqual(flush ? [true] : []);
  },
);

it('goes on where nothing can be written out', async () => {
  const { run, said } = node([none], { flush: () => Promise.reject(new CoveyError('failed', 'no sync')) });
  await run(undefined, true);
  expect(said).toEqual(['no sync']);
});

it('does not wait for streams, nor for what others are asked', async () => {
  const { run, said } = node([[asked('web', 'streams', 1), asked('other-web', 'requests', 1)]]);
  await run();
  expect(said).toEqual([]);
});

it('is nothing where the setting says so', async () => {
  const { run, looks } = node([one], { wait: 0 });
  await run();
  expect(looks()).toBe(0);
});

it.each<[string, Parameters<typeof node>, string[]]>([
  ['the time is over', [[one], { wait: 150 }], ['1 under way', '1 under way, and the time for them is over']],
  ['Caddy does not tell', [[]], ['Caddy does not answer.']],
])('goes on where %s', async (_, args, expected) => {
  const { run, said } = node(...args);
  await run();
  expect(said).toEqual(expected);
});

it('ends with its operation', async () => {
  const { run } = node([one]);
  await expect(run(AbortSignal.abort(new Error('the lock is lost')))).rejects.toThrow('the lock is lost');
});

it('is undone when the old release is up again, which has run before, and also where that ends', async () => {
  const up = node([]);
  await up.undo();
  expect(up.said).toEqual([]);
  const down = node([], { exitCode: 3 });
  await down.undo();
  expect(down.said).toEqual(['web exited with 3. It said last: no such table']);
  await expect(down.undo(AbortSignal.abort(new Error('too long')))).rejects.toThrow('too long');
});
