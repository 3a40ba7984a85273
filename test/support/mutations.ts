import fc from 'fast-check';
import { caddyTraps, haproxyTraps, inCaddy, inHaproxy, trapped } from './hostile.ts';
import { apps, host, type RawRecord } from './records.ts';

/** A share of the places there are. Not a double: most of those that come by chance are next to nothing. */
const place = fc.noBias(fc.integer({ min: 0, max: 999 })).map((share) => share / 1000);

/** Something put into a text, perhaps in the place of something: anywhere, as a line, as a word, or at the end. */
interface Edit {
  /** Share of the places there are. */
  at: number;
  cut: number;
  put: string;
  as: 'part' | 'line' | 'word' | 'end';
}

const edits = (put: fc.Arbitrary<string>, maxLength: number): fc.Arbitrary<Edit[]> =>
  fc.array(
    fc.record({
      at: place,
      cut: fc.oneof({ arbitrary: fc.constant(0), weight: 3 }, { arbitrary: fc.nat(12), weight: 1 }),
      put,
      as: fc.constantFrom('part' as const, 'line' as const, 'word' as const, 'end' as const, 'end' as const),
    }),
    { minLength: 1, maxLength },
  );

function edited(text: string, changes: readonly Edit[]): string {
  return changes.reduce((now, { at, cut, put, as }) => {
    if (as === 'end') return now + put;
    const pieces = now.split(as === 'part' ? '' : as === 'line' ? /(?<=\n)/ : /(?<=\s)|(?=\s)/);
    const from = Math.floor(at * (pieces.length + 1));
    const removed = as === 'part' ? cut : Math.min(cut, 1);
    return [...pieces.slice(0, from), as === 'line' ? `${put}\n` : put, ...pieces.slice(from + removed)].join(
      '',
    );
  }, text);
}

/** A change of one leaf, or of one key, somewhere in a tree; `at` picks which. */
function changed(value: unknown, at: number, change: (text: string) => unknown, keys: boolean): unknown {
  const count = { left: Math.floor(at * places(value, keys)) };
  const walk = (item: unknown): unknown => {
    if (Array.isArray(item)) return item.map(walk);
    if (item !== null && typeof item === 'object')
      return Object.fromEntries(
        Object.entries(item).map(([key, inner]) => [
          keys && count.left-- === 0 ? String(change(key)) : key,
          walk(inner),
        ]),
      );
    return !keys && count.left-- === 0 ? change(String(item)) : item;
  };
  return walk(value);
}

function places(value: unknown, keys: boolean): number {
  if (Array.isArray(value)) return value.reduce((sum: number, item) => sum + places(item, keys), 0);
  if (value === null || typeof value !== 'object') return keys ? 0 : 1;
  return Object.values(value).reduce((sum: number, item) => sum + places(item, keys) + (keys ? 1 : 0), 0);
}

type Mutate = (record: RawRecord) => RawRecord;

const mutation: fc.Arbitrary<Mutate> = fc.oneof(
  edits(inCaddy, 2).map(
    (changes): Mutate =>
      (one) => ({ ...one, caddyfile: edited(String(one.caddyfile), changes) }),
  ),
  caddyTraps.map(
    (trap): Mutate =>
      (one) => ({ ...one, caddyfile: trapped(String(one.caddyfile), trap) }),
  ),
  fc.tuple(place, haproxyTraps).map(
    ([at, trap]): Mutate =>
      (one) => ({ ...one, haproxy: changed(one.haproxy, at, (text) => text + trap, false) }),
  ),
  fc.tuple(place, fc.constantFrom('backend x', ' frontend y', 'defaults', 'Global', '"backend" z')).map(
    ([at, line]): Mutate =>
      (one) => ({ ...one, haproxy: changed(one.haproxy, at, () => line, false) }),
  ),
  fc.tuple(place, edits(inHaproxy, 2), fc.boolean()).map(
    ([at, changes, keys]): Mutate =>
      (one) => ({ ...one, haproxy: changed(one.haproxy, at, (text) => edited(text, changes), keys) }),
  ),
  fc.tuple(place, inHaproxy, fc.boolean()).map(
    ([at, put, keys]): Mutate =>
      (one) => ({ ...one, haproxy: changed(one.haproxy, at, () => put, keys) }),
  ),
  // what another app has, whole
  fc.constantFrom(...apps.values()).chain((other) =>
    fc.constantFrom('caddyfile', 'haproxy', 'domains', 'urls').map(
      (key): Mutate =>
        (one) => ({ ...one, [key]: other[key] }),
    ),
  ),
  fc
    .array(
      fc.oneof(inHaproxy, fc.constantFrom(...[...apps.keys()].map((name) => host(name.split('_')[0] ?? '')))),
      { maxLength: 3 },
    )
    .map(
      (domains): Mutate =>
        (one) => ({ ...one, domains: [one.domains, domains].flat() }),
    ),
  fc
    .tuple(
      fc.constantFrom('master', 'ip', 'slave', 'urls', 'domains', 'ct'),
      fc.oneof(inHaproxy, fc.constantFrom('n1', 'n2', '192.0.2.9', 7)),
    )
    .map(
      ([key, value]): Mutate =>
        (one) => ({ ...one, [key]: value }),
    ),
);

/** Which app goes wrong, and how; `maintenance` too, which is no fault but a change all the same. */
export interface Mutated {
  app: string;
  record: RawRecord;
  maintenance: boolean;
}

export const mutated: fc.Arbitrary<Mutated> = fc
  .tuple(fc.constantFrom(...apps.keys()), fc.array(mutation, { minLength: 1, maxLength: 2 }), fc.boolean())
  .map(([app, mutations, maintenance]) => ({
    app,
    record: mutations.reduce((one, mutate) => mutate(one), apps.get(app) ?? {}),
    maintenance,
  }));
