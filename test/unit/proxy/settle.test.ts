import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CoveyError } from '../../../src/errors.ts';
import { type Part, settle, type Taker } from '../../../src/proxy/settle.ts';

const equal = (a: string, b: string) => a === b;

/** A proxy that refuses every whole with a part that holds "bad"; "worse" it refuses only when it is to be live. */
function proxy() {
  const applied: string[][] = [];
  const refuse = (parts: ReadonlyMap<string, string>, word: RegExp) => {
    const bad = [...parts.values()].find((part) => word.test(part));
    if (bad) throw new CoveyError('invalid', `refused: ${bad}`);
  };
  const taker: Taker<string> = {
    judge: async (parts) => refuse(parts, /bad/),
    apply: async (parts) => {
      refuse(parts, /bad|worse/);
      applied.push([...parts.values()]);
    },
  };
  return { applied, taker };
}

const parts = (entries: Record<string, string>): Map<string, Part<string>> =>
  new Map(Object.entries(entries).map(([app, value]) => [app, { value }]));

describe('settle', () => {
  it('takes the whole at once when it is good', async () => {
    const { taker, applied } = proxy();
    const settled = await settle(parts({ a: 'one', b: 'two' }), new Map(), equal, taker);
    expect([...settled.live]).toEqual([
      ['a', 'one'],
      ['b', 'two'],
    ]);
    expect(applied).toEqual([['one', 'two']]);
  });

  it('keeps the last good part of the app that is refused, and takes what is new of the others', async () => {
    const { taker } = proxy();
    const good = new Map([
      ['a', 'one'],
      ['b', 'two'],
    ]);
    const settled = await settle(parts({ a: 'bad', b: 'newer', c: 'first' }), good, equal, taker);
    expect(Object.fromEntries(settled.live)).toEqual({ a: 'one', b: 'newer', c: 'first' });
    expect(Object.fromEntries(settled.quarantined)).toEqual({ a: 'refused: bad' });
  });

  it('leaves out a new app that is refused', async () => {
    const settled = await settle(parts({ a: 'bad', b: 'two' }), new Map(), equal, proxy().taker);
    expect([...settled.live.keys()]).toEqual(['b']);
  });

  it('keeps what was live of an app whose part cannot be rendered', async () => {
    const wanted = new Map<string, Part<string>>([['a', { error: 'no JSON' }]]);
    const settled = await settle(wanted, new Map([['a', 'one']]), equal, proxy().taker);
    expect(settled.live.get('a')).toBe('one');
    expect(settled.quarantined.get('a')).toBe('no JSON');
  });

  it('forgets apps that are gone', async () => {
    const settled = await settle(parts({ b: 'bad' }), new Map([['a', 'one']]), equal, proxy().taker);
    expect(settled.live.size).toBe(0);
  });

  it('finds the part that is refused only when it is live', async () => {
    const { taker, applied } = proxy();
    const settled = await settle(
      parts({ a: 'worse', b: 'newer', c: 'bad' }),
      new Map([['b', 'two']]),
      equal,
      taker,
    );
    expect(Object.fromEntries(settled.live)).toEqual({ b: 'newer' });
    expect([...settled.quarantined.keys()].sort()).toEqual(['a', 'c']);
    expect(applied.at(-1)).toEqual(['newer']);
  });

  it('makes nothing else live on the way while judging is enough', async () => {
    const { taker, applied } = proxy();
    await settle(parts({ a: 'bad', b: 'two', c: 'three' }), new Map(), equal, taker);
    expect(applied).toEqual([['two', 'three']]);
  });

  it('finds the few that are to blame among many in few attempts', async () => {
    const { taker } = proxy();
    const names = Array.from({ length: 32 }, (_, index) => `app${index}`);
    let attempts = 0;
    const refusals: boolean[] = [];
    const counting: Taker<string> = {
      judge: taker.judge,
      apply: async (whole, refused) => {
        attempts += 1;
        refusals.push(refused);
        await taker.apply(whole, refused);
      },
    };
    const wanted = parts(Object.fromEntries(names.map((name) => [name, name === 'app20' ? 'worse' : 'x'])));
    const settled = await settle(wanted, new Map(), equal, counting);
    expect([...settled.quarantined.keys()]).toEqual(['app20']);
    expect(settled.live.size).toBe(31);
    expect(attempts).toBeLessThanOrEqual(12);
    // what is newer may replace the first attempt, but not the search
    expect(refusals).toEqual(refusals.map((_, index) => index > 0));
  });

  it('asks no second time for the one that alone can be to blame', async () => {
    const { taker } = proxy();
    const tried: string[][] = [];
    const counting: Taker<string> = {
      judge: taker.judge,
      apply: async (whole, refused) => {
        tried.push([...whole.values()]);
        await taker.apply(whole, refused);
      },
    };
    const { quarantined } = await settle(
      parts({ a: 'one', b: 'worse' }),
      new Map([['a', 'one']]),
      equal,
      counting,
    );
    expect([...quarantined]).toEqual([['b', 'refused: worse']]);
    expect(tried).toEqual([['one', 'worse'], ['one']]);
  });

  it('gives up when the proxy does not answer', async () => {
    const fail = async () => {
      throw new CoveyError('unavailable', 'no answer');
    };
    const taker = { judge: fail, apply: fail };
    await expect(settle(parts({ a: 'one' }), new Map(), equal, taker)).rejects.toThrow('no answer');
  });

  it('never lets one app change what is live of another', async () => {
    const text = fc.constantFrom('x', 'y', 'z', 'bad 1', 'bad 2', 'worse');
    const apps = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), text);
    const goodApps = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), fc.constantFrom('x', 'y', 'z'));
    await fc.assert(
      fc.asyncProperty(apps, goodApps, async (wanted, before) => {
        const { live, quarantined } = await settle(
          parts(wanted),
          new Map(Object.entries(before)),
          equal,
          proxy().taker,
        );
        for (const [app, part] of Object.entries(wanted)) {
          const bad = /bad|worse/.test(part);
          expect(live.get(app)).toBe(bad ? before[app] : part);
          expect(quarantined.has(app)).toBe(bad);
        }
      }),
    );
  });
});
