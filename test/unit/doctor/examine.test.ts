import { describe, expect, it } from 'vitest';
import { type Check, error, ok, together, warning } from '../../../src/doctor/check.ts';
import { examine } from '../../../src/doctor/examine.ts';
import { CoveyError } from '../../../src/errors.ts';

const never = new AbortController().signal;
const check = (name: string, look: Check['look']): Check => ({ name, hint: `mend ${name}`, look });

describe('examine', () => {
  it('gives what each check found, in their order; one that throws is an error with its hint', async () => {
    const found = await examine(
      [
        check('a', async () => ok('fine')),
        check('b', async () => {
          throw new CoveyError('unavailable', 'nobody there', { hint: 'is it?' });
        }),
        check('c', () => {
          throw new Error('a defect');
        }),
      ],
      never,
    );
    expect(found).toEqual([
      { check: 'a', state: 'ok', found: 'fine', hint: '' },
      { check: 'b', state: 'error', found: 'nobody there', hint: 'mend b' },
      { check: 'c', state: 'error', found: 'a defect', hint: 'mend c' },
    ]);
  });

  it('waits for none longer than the deadline, not even for one that does not heed its signal', async () => {
    const deaf = check('deaf', () => new Promise(() => undefined));
    const heedful = check(
      'heedful',
      (signal) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('x')))),
    );
    const began = Date.now();
    const found = await examine([deaf, heedful, check('quick', async () => ok('fine'))], never, 50);
    expect(Date.now() - began).toBeLessThan(2_000);
    const late = { state: 'error', found: 'There was no answer within 0.05 s.' };
    expect(found).toMatchObject([late, late, { state: 'ok' }]);
  });

  it('ends with the reason of its signal when the caller gives up', async () => {
    const controller = new AbortController();
    const running = examine([check('deaf', () => new Promise(() => undefined))], controller.signal);
    controller.abort(new CoveyError('cancelled', 'gave up'));
    await expect(running).rejects.toMatchObject({ code: 'cancelled', message: 'gave up' });
  });
});

it('several findings become the gravest, with what is wrong alone', () => {
  expect(together([])).toEqual({ state: 'ok', found: '', hint: '' });
  expect(together([ok('a'), ok('b')])).toEqual({ state: 'ok', found: 'a; b', hint: '' });
  expect(together([ok('a'), warning('b', 'do b'), error('c', 'do c'), error('d', 'do c')])).toEqual({
    state: 'error',
    found: 'b; c; d',
    hint: 'do b; do c',
  });
  expect(together([ok('a'), warning('b', 'do b')])).toMatchObject({ state: 'warning', found: 'b' });
});
