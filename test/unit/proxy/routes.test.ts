import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { CoveyError } from '../../../src/errors.ts';
import { createLogger } from '../../../src/logger.ts';
import type { Applier } from '../../../src/proxy/applier.ts';
import type { LastKnown } from '../../../src/proxy/follow.ts';
import { createRoutes } from '../../../src/proxy/routes.ts';
import { createServed, type Quarantined } from '../../../src/proxy/served.ts';
import type { Sources, View } from '../../../src/proxy/view.ts';

const sources = (index: number): Sources => ({
  apps: [
    {
      key: 'app/foo',
      value: JSON.stringify({ repo_url: 'https://git.example.com/foo', branch: 'm', master: 'n1' }),
      modifyIndex: index,
    },
  ],
  maintenance: [],
  members: [],
});
const generation = ({ apps }: View) => apps[0]?.index ?? 0;

/** Routes over an applier that does as it is told. */
function setUp() {
  const controller = new AbortController();
  onTestFinished(() => controller.abort());
  const applied: number[] = [];
  const saved: Sources[] = [];
  const log: { level: string; msg: string }[] = [];
  const state = {
    down: false,
    forgotten: 0,
    quarantines: [] as Quarantined[],
    saving: async (): Promise<void> => undefined,
  };
  const applier: Pick<Applier, 'apply' | 'check' | 'forget'> = {
    apply: async (view) => {
      applied.push(generation(view));
      if (state.down) throw new CoveyError('unavailable', 'nobody there');
      return state.quarantines;
    },
    check: async () => undefined,
    forget: () => {
      state.forgotten += 1;
    },
  };
  const lastKnown: LastKnown = {
    load: async () => undefined,
    save: async (given) => {
      saved.push(given);
      await state.saving();
    },
  };
  const logger = createLogger({ level: 'info' }, { write: (line) => log.push(JSON.parse(line)) });
  const served = createServed();
  const routes = createRoutes({ node: 'n1', applier, served, lastKnown, logger, signal: controller.signal });
  const reached = (index: number) => served.await('foo', index, AbortSignal.timeout(5_000));
  return { routes, served, state, applied, saved, log, controller, reached };
}

describe('routes', () => {
  it('have no view before the first sources', () => {
    expect(setUp().routes.view()).toBeUndefined();
  });

  it('tell who waits that the view is not the newest any more', () => {
    const { routes } = setUp();
    const first = routes.outdated();
    let seen: View | undefined;
    first.addEventListener('abort', () => {
      seen = routes.view();
    });
    routes.update(sources(7));
    expect(first.aborted).toBe(true);
    expect(seen && generation(seen)).toBe(7);
    expect(routes.outdated().aborted).toBe(false);
  });

  it('apply the sources, tell what is served, and keep them on disk', async () => {
    const { routes, served, saved, reached } = setUp();
    routes.update(sources(7));
    expect(await reached(7)).toBe('');
    expect(served.generation()).toBe(7);
    expect(generation(routes.view() as View)).toBe(7);
    expect(saved).toEqual([sources(7)]);
  });

  it('serve on where the disk is full, and say so', async () => {
    const { routes, state, log, reached } = setUp();
    state.saving = async () => {
      throw new CoveyError('failed', 'no space left');
    };
    routes.update(sources(7));
    await reached(7);
    await vi.waitFor(() =>
      expect(log).toContainEqual(
        expect.objectContaining({ level: 'error', msg: expect.stringContaining('no space left') }),
      ),
    );
  });

  it('try again until the proxy answers', async () => {
    const { routes, state, applied, log, reached } = setUp();
    state.down = true;
    routes.update(sources(7));
    await vi.waitFor(() => expect(applied.length).toBeGreaterThan(1));
    state.down = false;
    await reached(7);
    expect(log).toContainEqual(
      expect.objectContaining({ level: 'warn', msg: expect.stringContaining('nobody there') }),
    );
  });

  /** Lets some tries fail, after which the next one is 800 ms away. */
  const failFor = async ({ state, applied, routes }: ReturnType<typeof setUp>) => {
    state.down = true;
    routes.update(sources(7));
    await vi.waitFor(() => expect(applied).toHaveLength(3), { timeout: 5_000 });
    state.down = false;
  };

  it('take what is new at once, however long the next try would be away', async () => {
    const all = setUp();
    await failFor(all);
    const began = performance.now();
    all.routes.update(sources(8));
    await all.reached(8);
    expect(performance.now() - began).toBeLessThan(400);
    expect(all.applied).toEqual([7, 7, 7, 8]);
  });

  it('are applied anew at once when a proxy has started', async () => {
    const all = setUp();
    await failFor(all);
    const began = performance.now();
    all.routes.again();
    await all.reached(7);
    expect(performance.now() - began).toBeLessThan(400);
    expect(all.state.forgotten).toBe(1);
  });

  it('do nothing for a proxy that starts before there is a view', () => {
    const { routes, applied, state } = setUp();
    routes.again();
    expect(applied).toEqual([]);
    expect(state.forgotten).toBe(1);
  });

  it('log what is refused once, and again when it changes', async () => {
    const { routes, state, log, reached } = setUp();
    const errors = () => log.filter(({ level }) => level === 'error').map(({ msg }) => msg);
    state.quarantines = [{ app: 'foo', part: 'caddy', error: 'line 3' }];
    routes.update(sources(7));
    expect(await reached(7)).toBe('line 3');
    routes.update(sources(8));
    await reached(8);
    expect(errors()).toEqual(['line 3']);
    state.quarantines = [{ app: 'foo', part: 'caddy', error: 'line 4' }];
    routes.update(sources(9));
    await reached(9);
    expect(errors()).toEqual(['line 3', 'line 4']);
  });

  it('stop with the signal, without a word', async () => {
    const { routes, state, applied, log, controller } = setUp();
    state.down = true;
    controller.abort();
    routes.update(sources(7));
    await new Promise<void>((resolve) => setImmediate(resolve));
    expect(applied).toEqual([]);
    expect(log).toEqual([]);
  });
});
