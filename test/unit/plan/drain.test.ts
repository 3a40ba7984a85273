import { expect, it, vi } from 'vitest';
import type { Container } from '../../../src/docker/engine.ts';
import { CoveyError } from '../../../src/errors.ts';
import type { ActionDeps } from '../../../src/plan/actions/action.ts';
import { drain } from '../../../src/plan/actions/drain.ts';
import type { Requests } from '../../../src/proxy/caddy-requests.ts';

const NETWORK = 'cluster_default';
const TO_WEB = '   1: 020012AC:D8F4 030012AC:1F90 01 x x x';
const action = { kind: 'drain' as const, project: 'foo', sites: [] };

interface Node {
  wait?: number;
  idle?: () => Promise<void>;
  exitCode?: number;
  flush?: (options: { signal: AbortSignal }) => Promise<void>;
  caddyRequests?: () => Promise<Requests[]>;
}

/** A node whose Caddy has these connections, look after look, the last for good; `wait` as the setting. */
function node(
  tables: string[],
  { wait = 5_000, idle = async () => {}, exitCode = 0, flush, caddyRequests = async () => [] }: Node = {},
) {
  const said: string[] = [];
  let looks = 0;
  const startedAt = new Date(Date.now() - 1_000);
  const web = { id: 'c', name: 'web', health: 'none', restarts: 0, startedAt, exitCode };
  const state = exitCode === 0 ? 'running' : 'exited';
  const deps = {
    engine: {
      containers: async () =>
        [{ ...web, state, networks: { [NETWORK]: '172.18.0.3' } }] as unknown as Container[],
      logs: async () => 'no such table',
      exec: async () => {
        const stdout = tables[Math.min(looks++, tables.length - 1)];
        if (stdout === undefined) throw new CoveyError('not-found', 'there is no container covey-caddy');
        return { exitCode: 0, stdout, stderr: '' };
      },
    },
    store: { flush },
    cutover: { hold: 30_000, drain: wait },
    health: { timeout: 1_000, steady: 3_600_000 },
    caddyContainer: 'covey-caddy',
    proxiesIdle: idle,
    caddyRequests,
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
  const { run, said, looks } = node(['', TO_WEB, TO_WEB, '']);
  const begun = performance.now();
  await run();
  // the third look after the one that found nothing any more, at the earliest
  expect(looks()).toBeGreaterThanOrEqual(6);
  expect(performance.now() - begun).toBeGreaterThanOrEqual(300);
  expect(said).toEqual(['1 under way']);
});

it('does not end before Caddy has let go, and looks once more then', async () => {
  const letGo = Promise.withResolvers<void>();
  const { run, looks } = node([''], { idle: () => letGo.promise });
  let isOver = false;
  const running = run().then(() => {
    isOver = true;
  });
  await vi.waitUntil(() => looks() > 4);
  expect(isOver).toBe(false);
  const before = looks();
  letGo.resolve();
  await running;
  expect(looks()).toBeGreaterThan(before);
});

it.each([true, false])(
  'has volumes written out meanwhile where it is to (%s), and waits for that no longer',
  async (flush) => {
    const flushed: AbortSignal[] = [];
    const { run } = node([''], {
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
  const { run, said } = node([''], { flush: () => Promise.reject(new CoveyError('failed', 'no sync')) });
  await run(undefined, true);
  expect(said).toEqual(['no sync']);
});

it('does not wait for streams', async () => {
  const { run, said } = node([TO_WEB], { caddyRequests: async () => [{ address: 'web.:8080', count: 1 }] });
  await run();
  expect(said).toEqual([]);
});

it('waits for them where Caddy does not tell', async () => {
  const caddyRequests = () => Promise.reject(new CoveyError('unavailable', 'Caddy does not answer.'));
  const { run, said } = node([TO_WEB], { wait: 150, caddyRequests });
  await run();
  expect(said.at(-1)).toBe('1 under way, and the time for them is over');
});

it('is nothing where the setting says so', async () => {
  const { run, looks } = node([TO_WEB], { wait: 0 });
  await run();
  expect(looks()).toBe(0);
});

it.each<[string, Parameters<typeof node>, string[]]>([
  [
    'the time is over',
    [[TO_WEB], { wait: 150 }],
    ['1 under way', '1 under way, and the time for them is over'],
  ],
  ['Caddy does not let go in that time', [[''], { wait: 400, idle: () => new Promise(() => {}) }], []],
  ['nobody can look', [[]], ['there is no container covey-caddy']],
])('goes on where %s', async (_, args, expected) => {
  const { run, said } = node(...args);
  await run();
  expect(said).toEqual(expected);
});

it('ends with its operation', async () => {
  const { run } = node([TO_WEB]);
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
