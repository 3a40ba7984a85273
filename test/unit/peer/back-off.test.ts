import { expect, it } from 'vitest';
import { createBackOff } from '../../../src/peer/back-off.ts';

/** How long `app` is let be after each of so many failures, in milliseconds. */
function waits(times: number, { backOff, clock }: ReturnType<typeof world>): number[] {
  return Array.from({ length: times }, () => {
    backOff.failed('app', 1);
    const failed = clock.now;
    while (!backOff.isDue('app', 1)) clock.now += 1_000;
    return clock.now - failed;
  });
}

function world() {
  const clock = { now: 1_000 };
  return { clock, backOff: createBackOff(() => clock.now) };
}

it('waits twice as long each time, up to ten minutes', () => {
  const seconds = waits(9, world()).map((each) => each / 1_000);
  expect(seconds).toEqual([5, 10, 20, 40, 80, 160, 320, 600, 600]);
});

it('begins anew with what has changed, and after a success', () => {
  const { backOff, clock } = world();
  waits(3, { backOff, clock });
  backOff.failed('app', 1);
  expect(backOff.isDue('app', 1)).toBe(false);
  expect(backOff.isDue('app', 2)).toBe(true);
  expect(backOff.isDue('other', 1)).toBe(true);
  backOff.failed('app', 2);
  clock.now += 5_000;
  expect(backOff.isDue('app', 2)).toBe(true);
  backOff.failed('app', 2);
  backOff.succeeded('app');
  expect(backOff.isDue('app', 2)).toBe(true);
  expect(waits(1, { backOff, clock })).toEqual([5_000]);
});
