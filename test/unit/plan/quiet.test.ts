import { expect, it, vi } from 'vitest';
import type { Container } from '../../../src/docker/engine.ts';
import { CoveyError } from '../../../src/errors.ts';
import type { ActionDeps } from '../../../src/plan/actions/action.ts';
import { untilQuiet } from '../../../src/plan/actions/drain.ts';
import type { Requests } from '../../../src/proxy/caddy/requests.ts';

const NETWORK = 'cluster_default';
const TO_WEB = '   1: 020012AC:D8F4 030012AC:1F90 01 x x x';

interface Node {
  wait?: number;
  idle?: () => Promise<void>;
  caddyRequests?: () => Promise<Requests[]>;
  only?: string[];
}

/** A node whose Caddy has these connections, look after look, the last for good; `wait` as the setting. */
function node(
  tables: string[],
  { wait = 5_000, idle = async () => {}, caddyRequests = async () => [], only }: Node = {},
) {
  const said: string[] = [];
  let looks = 0;
  const web = { id: 'c', name: 'web', networks: { [NETWORK]: '172.18.0.3' } };
  const deps = {
    engine: {
      containers: async () => [web] as unknown as Container[],
      exec: async () => {
        const stdout = tables[Math.min(looks++, tables.length - 1)];
        if (stdout === undefined) throw new CoveyError('not-found', 'there is no container covey-caddy');
        return { exitCode: 0, stdout, stderr: '' };
      },
    },
    cutover: { hold: 30_000, drain: wait },
    caddyContainer: 'covey-caddy',
    proxiesIdle: idle,
    caddyRequests,
  } as unknown as ActionDeps;
  const report = (_: number, detail: string) => void said.push(detail);
  const options = { signal: new AbortController().signal, report };
  return {
    said,
    looks: () => looks,
    run: () => untilQuiet(deps, { project: 'foo', ...(only && { only }) }, options),
  };
}

it('ends when there was no connection for a moment, not at the first look', async () => {
  const { run, said, looks } = node(['', TO_WEB, TO_WEB, '']);
  const begun = performance.now();
  await run();
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
  await vi.waitUntil(() => looks() > 7);
  expect(isOver).toBe(false);
  const before = looks();
  letGo.resolve();
  await running;
  expect(looks()).toBeGreaterThan(before);
});

it('does not wait for streams, nor for other containers', async () => {
  const streams = node([TO_WEB], { caddyRequests: async () => [{ host: 'web', kind: 'streams', count: 1 }] });
  await streams.run();
  const others = node([TO_WEB], { only: ['d'] });
  await others.run();
  expect([streams.said, others.said]).toEqual([[], []]);
});

it('waits for streams where Caddy does not tell', async () => {
  const caddyRequests = () => Promise.reject(new CoveyError('unavailable', 'Caddy does not answer.'));
  const { run, said } = node([TO_WEB], { wait: 150, caddyRequests });
  await run();
  expect(said.at(-1)).toBe('1 under way, and the time for them is over');
});

it.each<[string, Parameters<typeof node>, string[]]>([
  ['Caddy does not let go in that time', [[''], { wait: 400, idle: () => new Promise(() => {}) }], []],
  ['nobody can look', [[]], ['there is no container covey-caddy']],
])('goes on where %s', async (_, args, expected) => {
  const { run, said } = node(...args);
  await run();
  expect(said).toEqual(expected);
});
