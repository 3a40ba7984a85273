import { afterAll, beforeAll, describe, it } from 'vitest';
import { FAULTS, type FaultName, movingApp, STEPS } from '../e2e/moves.ts';

const faults = Object.keys(FAULTS) as FaultName[];

let moving: Awaited<ReturnType<typeof movingApp>>;
beforeAll(async () => {
  moving = await movingApp('whole-matrix');
});
afterAll(() => moving.end());

describe.each(faults)('an app that is moved while %s', (fault) => {
  it.each(STEPS)('survives it at %s', (step) => moving.survive(step, fault));
});
