import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseRetention } from '../../../src/durations.ts';
import { type Candidate, surplus } from '../../../src/volumes/retention.ts';
import { formatSnapshotName, newestOf, parseSnapshotName } from '../../../src/volumes/snapshot-name.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const NOW = Date.UTC(2026, 5, 17, 12, 30);
const DEFAULT = parseRetention('1h:1d:1w:4w:1y');

function named(name: string, readonly = true): Candidate {
  const parsed = parseSnapshotName(name);
  if (!parsed) throw new Error(name);
  return { ...parsed, subvolume: { readonly } };
}
const ago = (ms: number) => formatSnapshotName('db', (NOW - ms) * 1000);
const at = (...parts: [number, number, number, number?, number?]) =>
  formatSnapshotName('db', Date.UTC(...parts) * 1000);

const choose = (
  names: readonly string[],
  { ages = DEFAULT, now = NOW, pinned = [] as readonly string[] } = {},
) =>
  surplus(
    names.map((name) => named(name)),
    { ages, now, isProtected: (name) => pinned.includes(name) },
  );

describe('surplus', () => {
  it('leaves all that is younger than the first age', () => {
    expect(choose([59, 40, 20, 1].map((minutes) => ago(minutes * MINUTE)))).toEqual([]);
  });

  it('leaves the oldest of each hour, day, week and four weeks', () => {
    const hour = [at(2026, 5, 17, 5, 10), at(2026, 5, 17, 5, 40), at(2026, 5, 17, 6, 0)];
    const day = [at(2026, 5, 14, 0, 0), at(2026, 5, 14, 23, 59), at(2026, 5, 15, 0, 0)];
    // Weeks from the epoch begin on Thursdays.
    const week = [at(2026, 4, 28, 1), at(2026, 5, 3, 23), at(2026, 5, 4, 0)];
    const newest = ago(1);
    expect(choose([newest, ...hour, ...day, ...week])).toEqual([week[1], day[1], hour[1]]);
  });

  it('leaves nothing that is older than the last age', () => {
    expect(choose([ago(400 * DAY), ago(364 * DAY), ago(1)])).toEqual([ago(400 * DAY)]);
  });

  it('takes ages in any order, and at least two', () => {
    const names = Array.from({ length: 100 }, (_, index) => ago(index * 31 * MINUTE));
    expect(choose(names, { ages: parseRetention('1d:2h:1h') })).toEqual(
      choose(names, { ages: parseRetention('1h:2h:1d') }),
    );
    expect(choose([ago(3 * HOUR), ago(MINUTE)], { ages: parseRetention('1h:2h') })).toEqual([ago(3 * HOUR)]);
  });

  it('is nothing where everything is kept', () => {
    expect(choose([ago(900 * DAY), ago(800 * DAY), ago(1)], { ages: parseRetention('off') })).toEqual([]);
  });

  const old = at(2020, 0, 1);
  it.each<[string, Candidate[]]>([
    ['the newest plain one, however old', [named(old)]],
    ['one from the future', [named(old), named(ago(-90 * DAY)), named(ago(-91 * DAY))].slice(1)],
    ['one without a readable date', [named('db@yesterday'), named('db@2020-01-01'), named(ago(1))]],
    ['what was put aside', [named(`${old}@+diverged`), named(`${old}@+before-restore`), named(ago(1))]],
    ['one that is half received', [named(old, false), named(ago(1))]],
    ['the newest sent marker for each host', [named(`${old}@a`), named(`${old}@b`), named(ago(1))]],
  ])('is never %s', (_, snapshots) => {
    expect(surplus(snapshots, { ages: DEFAULT, now: NOW, isProtected: () => false })).toEqual([]);
  });

  it('does not take a writable snapshot for the newest', () => {
    const snapshots = [named(old), named(ago(1), false)];
    expect(surplus(snapshots, { ages: DEFAULT, now: NOW, isProtected: () => false })).toEqual([]);
  });

  it('judges sent markers among those of their host, and never for a plain one', () => {
    const [first, second] = [at(2026, 5, 17, 5, 10), at(2026, 5, 17, 5, 40)];
    const names = [`${first}@a`, second, `${second}@a`, `${at(2026, 5, 17, 6)}@a`, `${first}@b`, ago(1)];
    expect(choose(names)).toEqual([`${second}@a`]);
  });

  it('keeps one of a period besides what is protected', () => {
    const [first, second, third] = [10, 20, 30].map((minute) => at(2026, 5, 17, 5, minute));
    const names = [`${first}`, `${second}`, `${third}`, ago(1)];
    expect(choose(names, { pinned: [`${first}`] })).toEqual([third]);
    expect(choose(names)).toEqual([second, third]);
  });
});

const spans = fc
  .array(fc.tuple(fc.integer({ min: 1, max: 40 }), fc.constantFrom('m', 'h', 'd', 'w', 'y')), {
    minLength: 2,
    maxLength: 5,
  })
  .map((items) => parseRetention(items.map(([count, unit]) => `${count}${unit}`).join(':')));

/** Dense and far snapshots, also of the future, of all kinds. */
const snapshots = fc.uniqueArray(
  fc
    .tuple(
      fc.oneof(
        fc.integer({ min: -2 * HOUR, max: 3 * HOUR }),
        fc.integer({ min: 0, max: 40 * DAY }),
        fc.integer({ min: 0, max: 900 * DAY }),
      ),
      fc.constantFrom('', '', '', '@10.0.0.2', '@other', '@+diverged'),
      fc.constantFrom(true, true, true, true, false),
    )
    .map(([age, mark, readonly]) => named(`${ago(age)}${mark}`, readonly)),
  { selector: ({ name }) => name, maxLength: 60 },
);
const world = fc.record({
  snapshots,
  ages: fc.oneof(fc.constant(DEFAULT), spans),
  protectedOnes: fc.array(fc.nat(59), { maxLength: 5 }),
  later: fc.integer({ min: 0, max: 500 * DAY }),
});

interface World {
  snapshots: Candidate[];
  ages: number[];
  protectedOnes: number[];
}
function run({ snapshots: all, ages, protectedOnes }: World, now = NOW, among = all) {
  const pinned = new Set(protectedOnes.map((index) => all[index]?.name));
  const isProtected = (name: string) => pinned.has(name);
  return { removed: new Set(surplus(among, { ages, now, isProtected })), isProtected };
}
const always = (property: (given: World & { later: number }) => void) =>
  fc.assert(fc.property(world, property), { numRuns: 500 });
const isFree = ({ kind, subvolume }: Candidate) => subvolume.readonly && kind === 'plain';
const ageOf = ({ at: made }: Candidate, now = NOW) => now - (made ?? Number.NaN) / 1000;

describe('whatever there is', () => {
  it('the newest and what is protected stay', () => {
    always((given) => {
      const { removed, isProtected } = run(given);
      const newest = newestOf(given.snapshots.filter(({ subvolume }) => subvolume.readonly));
      if (newest) expect(removed.has(newest.name)).toBe(false);
      for (const name of removed) expect(isProtected(name)).toBe(false);
    });
  });

  it('only what is whole, dated, and plain or a marker goes, once', () => {
    always((given) => {
      const listed = surplus(given.snapshots, { ages: given.ages, now: NOW, isProtected: () => false });
      expect(new Set(listed).size).toBe(listed.length);
      for (const name of listed) {
        const gone = given.snapshots.find((each) => each.name === name);
        expect(gone?.subvolume.readonly).toBe(true);
        expect(['plain', 'sent']).toContain(gone?.kind);
      }
    });
  });

  it('a second purge removes nothing', () => {
    always((given) => {
      const { removed } = run(given);
      const left = given.snapshots.filter(({ name }) => !removed.has(name));
      expect([...run(given, NOW, left).removed]).toEqual([]);
    });
  });

  it('what goes now goes at any later time', () => {
    always((given) => {
      const later = run(given, NOW + given.later).removed;
      for (const name of run(given).removed) expect(later.has(name)).toBe(true);
    });
  });

  it('all that is younger than the first age stays, and little that is older than the last', () => {
    always((given) => {
      const { removed, isProtected } = run(given);
      const [shortest = 0] = given.ages;
      const longest = given.ages.at(-1) ?? 0;
      const newest = newestOf(given.snapshots.filter(({ subvolume }) => subvolume.readonly));
      for (const each of given.snapshots) {
        if (ageOf(each) < shortest) expect(removed.has(each.name)).toBe(false);
        if (isFree(each) && ageOf(each) > longest && each !== newest && !isProtected(each.name))
          expect(removed.has(each.name)).toBe(true);
      }
    });
  });

  it('one plain snapshot of each period stays, the oldest, where periods hold each other', () => {
    always(({ snapshots: all }) => {
      const newest = newestOf(all.filter(isFree));
      const plain = all.filter((each) => isFree(each) && each !== newest);
      const removed = new Set(surplus(all, { ages: DEFAULT, now: NOW, isProtected: () => false }));
      for (const each of plain) {
        const age = ageOf(each);
        const period = DEFAULT.slice(0, -1).findLast((limit) => age >= limit);
        const isIn = (other: Candidate) =>
          Math.floor((other.at ?? 0) / 1000 / (period ?? 1)) ===
          Math.floor((each.at ?? 0) / 1000 / (period ?? 1));
        const isOldest = plain.filter(isIn).every((other) => (other.at ?? 0) >= (each.at ?? 0));
        const stays = age <= (DEFAULT.at(-1) ?? 0) && (period === undefined || isOldest);
        expect([each.name, removed.has(each.name)]).toEqual([each.name, !stays]);
      }
    });
  });

  it('no period that had one is left empty, as long as it is within the ages', () => {
    always((given) => {
      const { removed } = run(given);
      const free = given.snapshots.filter(isFree);
      given.ages.slice(0, -1).forEach((period, index) => {
        const until = given.ages[index + 1] ?? 0;
        const number = ({ at: made }: Candidate) => Math.floor((made ?? 0) / 1000 / period);
        const whole = (each: Candidate) => ageOf(each) >= period && (number(each) - 1) * period > NOW - until;
        for (const each of free.filter(whole)) {
          // Where finer periods do not fit into it, its only ones may have been taken by a period before.
          const nests = given.ages.slice(0, index).every((finer) => period % finer === 0);
          if (nests)
            expect(free.some((other) => number(other) === number(each) && !removed.has(other.name))).toBe(
              true,
            );
        }
      });
    });
  });
});
