import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CoveyError } from '../../../src/errors.ts';
import { type Part, settle } from '../../../src/proxy/settle.ts';

const equal = (a: string, b: string) => a === b;

/** A proxy that refuses every whole with a part that holds "bad". */
function judge() {
  const tried: string[][] = [];
  return {
    tried,
    attempt: async (parts: ReadonlyMap<string, string>) => {
      tried.push([...parts.values()]);
      const bad = [...parts.values()].find((part) => part.includes('bad'));
      if (bad) throw new CoveyError('invalid', `refused: ${bad}`);
    },
  };
}

const parts = (entries: Record<string, string>): Map<string, Part<string>> =>
  new Map(Object.entries(entries).map(([app, value]) => [app, { value }]));

describe('settle', () => {
  it('takes the whole at once when it is good', async () => {
    const { attempt, tried } = judge();
    const settled = await settle(parts({ a: 'one', b: 'two' }), new Map(), equal, attempt);
    expect([...settled.live]).toEqual([
      ['a', 'one'],
      ['b', 'two'],
    ]);
    expect(tried).toHaveLength(1);
  });

  it('keeps the last good part of the app that is refused, and takes what is new of the others', async () => {
    const { attempt } = judge();
    const good = new Map([
      ['a', 'one'],
      ['b', 'two'],
    ]);
    const settled = await settle(parts({ a: 'bad', b: 'newer', c: 'first' }), good, equal, attempt);
    expect(Object.fromEntries(settled.live)).toEqual({ a: 'one', b: 'newer', c: 'first' });
    expect(Object.fromEntries(settled.quarantined)).toEqual({ a: 'refused: bad' });
  });

  it('leaves out a new app that is refused', async () => {
    const settled = await settle(parts({ a: 'bad', b: 'two' }), new Map(), equal, judge().attempt);
    expect([...settled.live.keys()]).toEqual(['b']);
  });

  it('keeps what was live of an app whose part cannot be rendered', async () => {
    const wanted = new Map<string, Part<string>>([['a', { error: 'no JSON' }]]);
    const settled = await settle(wanted, new Map([['a', 'one']]), equal, judge().attempt);
    expect(settled.live.get('a')).toBe('one');
    expect(settled.quarantined.get('a')).toBe('no JSON');
  });

  it('forgets apps that are gone', async () => {
    const settled = await settle(parts({ b: 'bad' }), new Map([['a', 'one']]), equal, judge().attempt);
    expect(settled.live.size).toBe(0);
  });

  it('gives up when the proxy does not answer', async () => {
    const attempt = async () => {
      throw new CoveyError('unavailable', 'no answer');
    };
    await expect(settle(parts({ a: 'one' }), new Map(), equal, attempt)).rejects.toThrow('no answer');
  });

  it('never lets one app change what is live of another', async () => {
    const text = fc.constantFrom('x', 'y', 'z', 'bad 1', 'bad 2');
    const apps = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), text);
    const goodApps = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), fc.constantFrom('x', 'y', 'z'));
    await fc.assert(
      fc.asyncProperty(apps, goodApps, async (wanted, before) => {
        const { live, quarantined } = await settle(
          parts(wanted),
          new Map(Object.entries(before)),
          equal,
          judge().attempt,
        );
        for (const [app, part] of Object.entries(wanted)) {
          const bad = part.includes('bad');
          expect(live.get(app)).toBe(bad ? before[app] : part);
          expect(quarantined.has(app)).toBe(bad);
        }
      }),
    );
  });
});
