import { afterAll, beforeAll, describe, it } from 'vitest';
import { type FaultName, movingApp, type StepName } from './moves.ts';

/** A part of the matrix of test/full/matrix.test.ts: every fault at least once, and the steps around the stop. */
const CASES: [StepName, FaultName][] = [
  ['build@next', 'the machine of the new master is off'],
  ['send-first@old', 'the disk of the new master is full'],
  ['create@next', 'the step fails'],
  ['hold@old', 'the peer of the new master dies'],
  ['stop@old', 'the peer of the old master dies'],
  ['send@old', 'the two ends do not reach each other'],
  ['adopt@next', 'the coordinator dies'],
  ['script@next', 'the machine of the old master is off'],
  ['start@next', 'Consul loses its leader'],
  ['commit@third', 'the machine of the coordinator is off'],
];

let moving: Awaited<ReturnType<typeof movingApp>>;
beforeAll(async () => {
  moving = await movingApp('matrix');
});
afterAll(() => moving.end());

describe('an app that is moved', () => {
  it.each(CASES)('survives at %s: %s', (step, fault) => moving.survive(step, fault));
});
