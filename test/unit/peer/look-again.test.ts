import { expect, it } from 'vitest';
import { lookAgain } from '../../../src/peer/look-again.ts';
import type { View } from '../../../src/proxy/view.ts';

const view = {} as View;

/** How often is looked until there was a third look, or nothing for some seconds; and at which views. */
async function looks({ changes = false, again }: { changes?: boolean; again?: number }) {
  const ended = new AbortController();
  let outdated = new AbortController();
  let count = 0;
  const records = { view: () => view, outdated: () => outdated.signal };
  const look = async () => {
    count += 1;
    if (count === 1 && changes) {
      const before = outdated;
      outdated = new AbortController();
      before.abort();
    }
    if (count === 3) ended.abort();
    return true;
  };
  const bound = AbortSignal.any([ended.signal, AbortSignal.timeout(4_000)]);
  await lookAgain(records, look, bound, again);
  return count;
}

it('looks again after the time that is asked for where nothing is left', async () => {
  expect(await looks({ again: 10 })).toBe(3);
});

it('looks again at once where the records have changed, and else has time', async () => {
  expect(await looks({ changes: true })).toBe(2);
  expect(await looks({})).toBe(1);
});
