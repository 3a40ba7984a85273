import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AppRecord, parseRecord } from '../../../src/app/record.ts';
import {
  findRelease,
  formatReleases,
  keptAfter,
  type PastRelease,
  parseReleases,
  snapshotsOfReleases,
  withRelease,
} from '../../../src/app/releases.ts';

const record = (id: string, more: Partial<AppRecord> = {}): AppRecord => ({
  ...parseRecord('shop', JSON.stringify({ repo_url: 'r', branch: 'b', master: 'n1' })),
  deploy_id: id,
  commit: `commit-${id}`,
  ...more,
});
const imagesOf = (id: string) => ({ node: 'n1', ids: { web: `sha256:${id}` } });
const endedOf = (id: string) => ({ at: 1, snapshots: { db: `db@${id}` } });
/** The releases after a deploy of `id`, of an app whose newest one is the last in `releases`. */
const deployed = (releases: readonly PastRelease[], id: string, more: Partial<AppRecord> = {}) => {
  const last = releases.at(-1)?.record;
  return withRelease(releases, {
    leaving: last && { record: last, images: imagesOf('survey'), ended: endedOf(String(last.deploy_id)) },
    arriving: { record: record(id, more), images: imagesOf(id) },
  });
};
const ids = (releases: readonly PastRelease[]) => releases.map(({ record: { deploy_id: id } }) => id);

describe('what is kept of releases', () => {
  it('has what ran with what its volumes held when it ended, and what runs now', () => {
    const releases = deployed(deployed([], 'a'), 'b');
    expect(releases).toEqual([
      { record: record('a'), images: imagesOf('a'), ended: endedOf('a') },
      { record: record('b'), images: imagesOf('b'), ended: null },
    ]);
    expect(parseReleases('key', formatReleases(releases))).toEqual(releases);
    expect(snapshotsOfReleases(releases)).toEqual(['db@a']);
  });

  it('begins with the release that ran before releases were kept, unless that has no commit', () => {
    const begun = (more: Partial<AppRecord>) =>
      withRelease([], {
        leaving: { record: record('old', more), images: imagesOf('survey'), ended: endedOf('old') },
        arriving: { record: record('new'), images: imagesOf('new') },
      });
    expect(begun({})[0]).toMatchObject({ images: imagesOf('survey'), ended: endedOf('old') });
    expect(ids(begun({ commit: undefined }))).toEqual(['new']);
  });

  it('names each release once, the one that runs last, and no more than ten', () => {
    const order = fc.array(fc.constantFrom(...'abcdefghijklmno'), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(order, (names) => {
        const releases = names.reduce<PastRelease[]>((all, id) => deployed(all, id), []);
        expect(new Set(ids(releases)).size).toBe(releases.length);
        expect(releases.length).toBeLessThanOrEqual(10);
        expect(releases.at(-1)).toMatchObject({ record: { deploy_id: names.at(-1) }, ended: null });
        for (const { ended } of releases.slice(0, -1)) expect(ended).not.toBeNull();
        expect(keptAfter(releases).length).toBeLessThan(10);
      }),
    );
  });

  it('drops its oldest until it fits into Consul, and itself where one alone does not', () => {
    const big = (bytes: number) => ({ caddyfile: 'x'.repeat(bytes) });
    const two = deployed(deployed(deployed([], 'a', big(60_000)), 'b', big(60_000)), 'c', big(60_000));
    expect(ids(two)).toEqual(['b', 'c']);
    expect(deployed(two, 'd', big(200_000))).toEqual([]);
  });

  it.each(['{', '[]', '{"releases":[{}]}'])('%s is refused by its key', (value) => {
    expect(() => parseReleases('covey/releases/shop', value)).toThrow(
      expect.objectContaining({
        code: 'invalid',
        message: 'The releases in covey/releases/shop cannot be read.',
      }),
    );
  });
});

describe('the release to go back to', () => {
  const releases = deployed(deployed(deployed([], 'aa1'), 'aa2'), 'bb1');
  const find = (to: string, current = 'bb1') =>
    findRelease('shop', releases, { current, to }).record.deploy_id;

  it('is the one before the present one, or the one that is named', () => {
    expect([find(''), find('aa1'), find('bb', 'aa2')]).toEqual(['aa2', 'aa1', 'bb1']);
    const exact = deployed(deployed([], 'a'), 'ab');
    expect(findRelease('shop', exact, { current: 'ab', to: 'a' }).record.deploy_id).toBe('a');
  });

  it.each([
    ['x', 'not-found', 'No release of shop has a deploy id that begins with "x".'],
    ['aa', 'invalid', 'Several releases of shop have a deploy id that begins with "aa".'],
    ['bb1', 'refused', 'bb1 is the release of shop that runs.'],
  ])('%s: %s', (to, code, message) => {
    expect(() => find(to)).toThrow(expect.objectContaining({ code, message }));
  });

  it('is none where only the present one is known', () => {
    expect(() => findRelease('shop', releases.slice(-1), { current: 'bb1', to: '' })).toThrow(
      'No release of shop is known before the one that runs.',
    );
  });
});
