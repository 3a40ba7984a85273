import { describe, expect, it } from 'vitest';
import { assertNoVolumeLost } from '../../../src/app/lost-volumes.ts';

const record = { master: 'n1', slave: 'n2', volumes: ['db', 'files'] };

describe('assertNoVolumeLost', () => {
  it.each([
    ['nothing is lost', ['db', 'files'], ['db', 'files', 'another']],
    ['what is gone is not used any more', ['db'], ['db']],
    ['what is not there is new', ['db', 'files', 'new'], ['db', 'files']],
  ])('takes it that %s', (_, used, present) => {
    expect(() => assertNoVolumeLost(record, used, present)).not.toThrow();
  });

  it.each([
    [
      'n2',
      /^Stop covey-peer and covey-consul on n1 and let n2 take over.*, or put a snapshot.* docker volume create\.$/,
    ],
    [null, /^Put a snapshot of n1 in its place with covey restore; .* docker volume create\.$/],
  ])('names what is lost, and the way out: slave %s', (slave, hint) => {
    expect(() => assertNoVolumeLost({ ...record, slave }, ['db', 'files'], ['files'])).toThrow(
      expect.objectContaining({
        code: 'refused',
        message: 'n1 is the master and has lost db.',
        hint: expect.stringMatching(hint),
      }),
    );
  });
});
