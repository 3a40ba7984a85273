import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLogger } from '../../../src/logger.ts';
import { createPace } from '../../../src/proxy/pace.ts';
import { createRoutes } from '../../../src/proxy/routes.ts';
import { createServed } from '../../../src/proxy/served.ts';
import { fakeClock } from './clock.ts';

const forever = new AbortController().signal;

function setUp() {
  const { clock, advance } = fakeClock();
  const pace = createPace(clock);
  const turns: number[] = [];
  const take = async (signal = forever) => {
    await pace.turn(signal);
    turns.push(clock.now());
    pace.rest(1_000);
  };
  return { clock, advance, pace, turns, take };
}

describe('a pace', () => {
  it('lets the first begin at once, and the next when there was rest', async () => {
    const { turns, take, advance } = setUp();
    await take();
    const second = take();
    await advance(999);
    expect(turns).toEqual([0]);
    await advance(1);
    await second;
    expect(turns).toEqual([0, 1_000]);
  });

  it('does not keep back what comes after the rest', async () => {
    const { turns, take, advance } = setUp();
    await take();
    await advance(5_000);
    await take();
    expect(turns).toEqual([0, 5_000]);
  });

  it('waits on where a timer fires a moment early', async () => {
    let time = 0;
    const pauses: number[] = [];
    const pace = createPace({
      now: () => time,
      pause: async (ms) => {
        pauses.push(ms);
        time += ms - 0.5;
      },
    });
    pace.rest(10);
    await pace.turn(forever);
    expect(time).toBeGreaterThanOrEqual(10);
    expect(pauses).toEqual([10, 1]);
  });

  it('ends the wait with the signal, and keeps the turn for who comes next', async () => {
    const { turns, take, advance } = setUp();
    await take();
    const newer = new AbortController();
    const waiting = take(newer.signal);
    const refused = expect(waiting).rejects.toMatchObject({
      code: 'cancelled',
      message: 'Something newer came while this waited for its turn.',
    });
    await advance(400);
    newer.abort();
    await refused;
    const next = take();
    await advance(600);
    await next;
    expect(turns).toEqual([0, 1_000]);
  });

  it('lets begin what may, also if it is outdated already', async () => {
    const { turns, take } = setUp();
    await take(AbortSignal.abort());
    expect(turns).toEqual([0]);
    await expect(take(AbortSignal.abort())).rejects.toMatchObject({ code: 'cancelled' });
  });
});

describe('routes with a pace', () => {
  it('are at most one a second, the first at once, the newest at the end, and never kept back for longer', async () => {
    const gaps = fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(gaps, async (pauses) => {
        const { clock, advance, pace } = setUp();
        const done: { at: number; generation: number }[] = [];
        const ending = new AbortController();
        const lines: string[] = [];
        const routes = createRoutes({
          node: 'n1',
          applier: {
            apply: async ({ apps }, signal, outdated = signal) => {
              await pace.turn(outdated);
              done.push({ at: clock.now(), generation: apps[0]?.index ?? 0 });
              pace.rest(1_000);
              return [];
            },
            forget: () => undefined,
          },
          served: createServed(),
          lastKnown: { load: async () => undefined, save: async () => undefined },
          logger: createLogger({ level: 'info' }, { write: (line) => lines.push(line) }),
          signal: ending.signal,
        });
        const came: number[] = [];
        for (const [index, gap] of pauses.entries()) {
          came.push(clock.now());
          const app = { key: 'app/foo', value: '{}', modifyIndex: index + 1 };
          routes.update({ apps: [app], maintenance: [], members: [] });
          await advance(gap);
        }
        await advance(1_000);
        ending.abort();
        expect(done[0]).toEqual({ at: 0, generation: 1 });
        expect(done.at(-1)?.generation).toBe(pauses.length);
        for (const [index, { at }] of done.entries())
          if (index > 0) expect(at - (done[index - 1]?.at ?? 0)).toBeGreaterThanOrEqual(1_000);
        for (const [index, at] of came.entries()) {
          const first = done.find(({ generation }) => generation > index);
          expect((first?.at ?? Number.POSITIVE_INFINITY) - at).toBeLessThanOrEqual(1_000);
        }
        // to be replaced by something newer is no fault
        expect(lines).toEqual([]);
      }),
      { numRuns: 30 },
    );
  });
});
