import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  assertLabel,
  assertSnapshotName,
  assertVolumeName,
  bySnapshotDate,
  formatSnapshotName,
  formatStamp,
  newestOf,
  parseSnapshotName,
  parseStamp,
} from '../../../src/volumes/snapshot-name.ts';

const at = (iso: string, micros = 0) => Date.parse(iso) * 1000 + micros;

describe('parseSnapshotName', () => {
  it.each([
    ['db@2026-03-04T05:06:07.123456', 'plain', at('2026-03-04T05:06:07.123Z', 456), null],
    ['db@2026-03-04T05:06:07.000001', 'plain', at('2026-03-04T05:06:07Z', 1), null],
    ['db@2026-03-04T05:06:07.5', 'plain', at('2026-03-04T05:06:07.500Z'), null],
    ['db@2026-03-04T05:06:07.123456@node2', 'sent', at('2026-03-04T05:06:07.123Z', 456), 'node2'],
    ['db@2026-03-04T05:06:07.123456@10.0.0.2', 'sent', at('2026-03-04T05:06:07.123Z', 456), '10.0.0.2'],
    [
      'db@2026-03-04T05:06:07.123456@+before-restore',
      'aside',
      at('2026-03-04T05:06:07.123Z', 456),
      'before-restore',
    ],
    ['db@yesterday', 'undated', null, null],
    ['db@', 'undated', null, null],
    ['db@2026-02-30T05:06:07.123456', 'undated', null, null],
    ['db@2026-02-03T24:00:00.000000', 'undated', null, null],
    ['db@2026-03-04 05:06:07.123456', 'undated', null, null],
    ['db@yesterday@node2', 'undated', null, 'node2'],
  ])('%s is %s', (name, kind, date, mark) => {
    expect(parseSnapshotName(name)).toEqual({ name, volume: 'db', kind, at: date, mark });
  });

  it.each(['db', '', '@2026-03-04T05:06:07.123456', '.incoming@x', '.db@2026-03-04T05:06:07.123456'])(
    '%j is no snapshot',
    (name) => expect(parseSnapshotName(name)).toBeNull(),
  );

  it('reads back what it writes, and names sort as dates do', () => {
    const stamps = fc.integer({ min: 0, max: at('2200-01-01T00:00:00Z') });
    fc.assert(
      fc.property(stamps, stamps, (a, b) => {
        expect(parseStamp(formatStamp(a))).toBe(a);
        expect(parseSnapshotName(formatSnapshotName('db', a))).toMatchObject({
          volume: 'db',
          at: a,
          kind: 'plain',
        });
        expect(Math.sign(a - b)).toBe(
          formatStamp(a) < formatStamp(b) ? -1 : formatStamp(a) > formatStamp(b) ? 1 : 0,
        );
      }),
    );
  });

  it('takes any text without throwing', () => {
    fc.assert(fc.property(fc.string(), (text) => void parseSnapshotName(text)));
    fc.assert(fc.property(fc.string(), (text) => void parseSnapshotName(`v@${text}`)));
  });
});

describe('newestOf', () => {
  it('passes over sent markers, those put aside and those without a date', () => {
    const names = [
      'db@2026-01-02T00:00:00.000000',
      'db@2026-01-03T00:00:00.000000',
      'db@2026-01-04T00:00:00.000000@node2',
      'db@2026-01-05T00:00:00.000000@+before-restore',
      'db@zzzz',
    ].map((name) => assertSnapshotName(name));
    expect(newestOf(names)?.name).toBe('db@2026-01-03T00:00:00.000000');
    expect(newestOf(names.slice(2))).toBeNull();
    expect([...names].reverse().sort(bySnapshotDate)[0]?.name).toBe('db@zzzz');
  });
});

describe('names from outside', () => {
  it.each([
    ['', 'Volume name "": it is empty'],
    ['a@b', '"@" is illegal'],
    ['a/b', '"/" is illegal'],
    ['..', 'it starts with a dot'],
    ['.hidden', 'dot'],
    ['a\nb', 'it has a control character'],
    ['a\u0000', 'control'],
    ['x'.repeat(181), 'longer'],
  ])('volume %j is refused', (name, why) => {
    expect(() => assertVolumeName(name)).toThrow(
      expect.objectContaining({ code: 'invalid', message: expect.stringContaining(why) }),
    );
  });

  it.each(['db', 'foobarmasterddb14_data', 'A.b-c_d', 'a..b', '_x'])('volume %j is fine', (name) => {
    expect(() => assertVolumeName(name)).not.toThrow();
  });

  it.each(['db', '../x@2026', 'db@../../etc', 'db@a\nb', '@x'])('snapshot %j is refused', (name) => {
    expect(() => assertSnapshotName(name)).toThrow(
      /(is not a snapshot's name \(<volume>@<date>\)|: a slash, a control character or too long|is illegal in the name of a volume|it is empty)$/,
    );
  });

  it.each(['', '+x', 'a@b', 'a/b', 'a b', 'x'.repeat(41)])('label %j is refused', (label) => {
    expect(() => assertLabel(label)).toThrow(
      `Snapshot label ${JSON.stringify(label)}: 1 to 40 letters, digits, ".", "_" or "-"`,
    );
  });
});
