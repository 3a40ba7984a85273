import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { latest } from '../../../src/proxy/latest.ts';

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Work whose runs end when they are told to. */
function slow() {
  const begun: number[] = [];
  let end = () => {};
  const line = latest<number>((value) => {
    begun.push(value);
    return new Promise((resolve) => {
      end = resolve;
    });
  });
  return {
    begun,
    line,
    next: async () => {
      end();
      await turn();
    },
  };
}

describe('latest', () => {
  it('works on the first value at once', () => {
    const { begun, line } = slow();
    line.push(1);
    expect(begun).toEqual([1]);
  });

  it('takes of those that come meanwhile only the newest, one run at a time', async () => {
    const { begun, line, next } = slow();
    for (const value of [1, 2, 3, 4]) line.push(value);
    expect(begun).toEqual([1]);
    await next();
    expect(begun).toEqual([1, 4]);
    await next();
    line.push(5);
    expect(begun).toEqual([1, 4, 5]);
    await next();
  });

  it('is idle when nothing runs and nothing waits', async () => {
    const { begun, line, next } = slow();
    await line.idle();
    line.push(1);
    line.push(2);
    let idle = false;
    const waiting = line.idle().then(() => {
      idle = true;
    });
    await next();
    expect(idle).toBe(false);
    await next();
    await waiting;
    expect(begun).toEqual([1, 2]);
  });

  it('always ends with the newest, and never runs twice at once', async () => {
    const pushes = fc.array(fc.nat({ max: 3 }), { minLength: 1, maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(pushes, fc.nat({ max: 3 }), async (gaps, effort) => {
        let running = 0;
        let last = -1;
        const line = latest<number>(async (value) => {
          running += 1;
          expect(running).toBe(1);
          for (let i = 0; i < effort; i++) await turn();
          expect(value).toBeGreaterThan(last);
          last = value;
          running -= 1;
        });
        for (const [value, gap] of gaps.entries()) {
          line.push(value);
          for (let i = 0; i < gap; i++) await turn();
        }
        await line.idle();
        expect(last).toBe(gaps.length - 1);
      }),
      { numRuns: 60 },
    );
  });
});
