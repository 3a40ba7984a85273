import { describe, expect, it } from 'vitest';
import type { Container, Engine } from '../../../src/docker/engine.ts';
import type { ActionDeps } from '../../../src/plan/actions/action.ts';
import { patienceOf, untilHanging } from '../../../src/plan/actions/hanging.ts';
import { health, untilUp } from '../../../src/plan/actions/health.ts';

const { signal } = new AbortController();
const sites = [{ container: 'foo-web-1', port: 80, http: true }];
const ended = (name: string, exitCode: number): Partial<Container> => ({
  ...{ id: name, name, number: 1, state: 'exited', exitCode },
});

/** Waits for an app that has these containers. */
function gate(containers: readonly Partial<Container>[]) {
  const engine: Partial<Engine> = {
    containers: async () => containers as Container[],
    logs: async (id) => `last words of ${id}\n`,
  };
  const deps = { engine: engine as Engine, health: { timeout: 60_000, steady: 0 } };
  return untilUp(deps, { project: 'foo', sites }, { signal, report: () => undefined });
}

it('a container to which a site sends requests fails at once when it has ended, also with 0', async () => {
  await expect(gate([ended('foo-task-1', 0), ended('foo-web-1', 0)])).rejects.toMatchObject({
    code: 'failed',
    message: 'foo-web-1 exited with 0. It said last: last words of foo-web-1',
    hint: 'A site sends requests there, so it has to go on running. Correct the release and deploy again.',
  });
});

it('by whichever number compose made it', async () => {
  await expect(gate([{ ...ended('foo-web-2', 0), number: 2 }])).rejects.toThrow('foo-web-2 exited with 0');
});

it('any other one that has ended with 0 counts as done', async () => {
  await gate([ended('foo-task-1', 0)]);
});

describe('a release that does not answer while requests wait', () => {
  it.each<[string, [number, number | undefined], number | undefined]>([
    ['has until there is only the time left to go back', [30_000, 3_000], 15_000],
    ['has longer where they wait longer', [120_000, 12_000], 96_000],
    ['has all the time that a release has where none wait', [30_000, undefined], undefined],
    ['has a few seconds at least', [30_000, 16_000], 5_000],
    ['has all the time also where giving up would come too late for them', [30_000, 18_001], undefined],
    ['and where they got the maintenance page long ago', [30_000, 90_000], undefined],
    ['and where they wait too shortly for that', [10_000, 1_000], undefined],
  ])('%s', (_, given, patience) => {
    expect(patienceOf(...given)).toBe(patience);
  });

  const running = (more: Partial<Container> = {}): Partial<Container> => ({
    ...{ id: 'web', name: 'foo-web-1', number: 1, state: 'running', health: 'none', restarts: 0, ...more },
  });

  /** Whether it is given up; `cpu`: how long processors have worked by each look, `moved`: bytes to and from disks. */
  async function hangs(
    containers: readonly Partial<Container>[],
    cpu: (look: number) => number | undefined,
    { moved = (): number => 0, patience = 0, isSilent = (): boolean => true } = {},
  ): Promise<boolean> {
    const over = new AbortController();
    let looks = 0;
    const engine: Pick<Engine, 'containers' | 'usage'> = {
      containers: async () => {
        looks += 1;
        if (looks > 30) over.abort();
        return containers as Container[];
      },
      usage: async () => {
        const used = cpu(looks);
        return used === undefined ? undefined : { cpu: used, moved: moved() };
      },
    };
    const about = { project: 'foo', except: ['old'], patience, isSilent };
    return untilHanging(engine, about, over.signal, { idle: 50, poll: 10 }).then(
      () => true,
      () => false,
    );
  }
  const idle = () => 500;
  const busy = () => performance.now();

  it.each<[string, Parameters<typeof hangs>, boolean]>([
    ['is given up where it does nothing', [[running()], idle], true],
    ['also beside a task that has ended', [[running(), ended('foo-task-1', 0)], idle], true],
    ['is not where it works', [[running()], busy], false],
    [
      'is not where it waits for a disk, which works',
      [[running()], idle, { moved: () => performance.now() * 1_000 }],
      false,
    ],
    ['is where it writes a line now and then', [[running()], idle, { moved: () => performance.now() }], true],
    ['is not before its patience is over', [[running()], idle, { patience: 60_000 }], false],
    ['is not where all answer that are asked', [[running()], idle, { isSilent: () => false }], false],
    ['is not where a healthcheck speaks', [[running(), running({ health: 'starting' })], idle], false],
    [
      'is not while one of its containers is started again',
      [[running({ state: 'restarting' })], idle],
      false,
    ],
    ['is not where Docker cannot measure', [[running()], () => undefined], false],
    ['is when it has stopped working', [[running()], (look) => Math.min(look, 10) * 100], true],
  ])('%s', async (_, args, given) => {
    expect(await hangs(...args)).toBe(given);
  });
});

it('visitors are said to get the maintenance page once they have', async () => {
  const said: string[] = [];
  const over = new AbortController();
  const engine: Partial<Engine> = {
    containers: async () => [{ id: 'a', name: 'foo-web-1', number: 1, state: 'created' } as Container],
  };
  const deps = { engine: engine as Engine, health: { timeout: 60_000, steady: 0 } };
  const awaited = { project: 'foo', sites, holdEnds: performance.now() + 100 };
  const report = (_: number, line: string) => {
    said.push(line);
    if (said.length === 2) over.abort();
  };
  await expect(untilUp(deps, awaited, { signal: over.signal, report })).rejects.toThrow();
  expect(said).toEqual([
    'waiting for foo-web-1',
    'waiting for foo-web-1; its requests have waited for as long as they may, and get the maintenance page',
  ]);
});

describe('a container without a healthcheck that no site asks', () => {
  /** Whether the gate lets it pass that has run for so long, in milliseconds, whenever somebody looks. */
  async function passes(
    ran: number,
    { known, steady = 2_000, ...more }: Partial<Container> & { known?: object; steady?: number } = {},
  ): Promise<boolean> {
    const db = { id: 'db', name: 'foo-db-1', number: 1, service: 'db', imageId: 'sha256:1', networks: {} };
    const is = { state: 'running', health: 'none', restarts: 0, exitCode: 0, ...more };
    const containers = async () => [{ ...db, ...is, startedAt: new Date(Date.now() - ran) }];
    const deps = { engine: { containers }, health: { timeout: 0, steady }, cutover: { hold: 0, drain: 0 } };
    const { run } = health(deps as unknown as ActionDeps);
    const action = { kind: 'health', folder: '/deploy/foo', project: 'foo', sites, ...(known && { known }) };
    const mandate = { app: 'foo', fence: 1, operation: 'o' };
    return run(action as Parameters<typeof run>[0], { signal, mandate, report: () => undefined }).then(
      () => true,
      ({ message }: Error) => {
        expect(message).toBe('foo-db-1 did not become healthy within 0 s.');
        return false;
      },
    );
  }
  const known = { db: 'sha256:1' };

  it.each<[string, Parameters<typeof passes>, boolean]>([
    ['is up once it is steady', [2_000], true],
    ['is not before, where nothing is known', [1_000], false],
    ['is not before, where others are known', [1_000, { known: { web: 'sha256:1' } }], false],
    ['is up at once where it is known', [300, { known }], true],
    ['is up at once where it is known with any image', [300, { known: { db: null } }], true],
    ['has to have run for a moment all the same', [100, { known }], false],
    ['which is no longer than for others', [100, { known, steady: 100 }], true],
    ['is new with another image', [1_000, { known: { db: 'sha256:2' } }], false],
    ['is waited for where it has ended already', [1_000, { known, restarts: 1 }], false],
    ['is up with that once it is steady', [2_000, { known, restarts: 1 }], true],
    ['is not up before it runs', [2_000, { known, state: 'created' }], false],
    ['is up when it says so, known or not', [2_000, { known, health: 'starting' }], false],
  ])('%s', async (_, args, isUp) => {
    expect(await passes(...args)).toBe(isUp);
  });
});
