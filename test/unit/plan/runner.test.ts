import { describe, expect, it } from 'vitest';
import { CoveyError } from '../../../src/errors.ts';
import { type Performer, runPlan, type StepChange } from '../../../src/plan/runner.ts';
import type { Plan, Step } from '../../../src/plan/steps.ts';

const step = (id: string, afterCommit = false): Step => ({
  id,
  node: 'node1',
  title: id,
  afterCommit,
  action: { kind: 'acknowledge' },
});
const plan: Plan = {
  app: 'a',
  operation: 'deploy',
  warnings: [],
  steps: [step('one'), step('two'), step('three'), step('late', true), step('later', true)],
};

/** Does nothing but write down what it was asked; fails where it is told to. */
function performer(failAt: { run?: string; undo?: string } = {}) {
  const did: string[] = [];
  const fake: Performer = {
    run: async ({ id }) => {
      did.push(id);
      if (id === failAt.run) throw new CoveyError('failed', 'broke', { hint: 'mend it' });
      return `result of ${id}`;
    },
    undo: async ({ id }, result) => {
      did.push(`undo ${id} (${result ?? 'no result'})`);
      if (id === failAt.undo) throw new CoveyError('failed', 'stuck');
    },
  };
  return { did, fake };
}

const run = (fake: Performer, changes: StepChange[] = [], signal = new AbortController().signal) =>
  runPlan(plan, { performer: fake, onChange: (change) => changes.push(change), signal, undoTimeoutMs: 1000 });

describe('runPlan', () => {
  it('runs all steps in order, and tells of each', async () => {
    const { did, fake } = performer();
    const changes: StepChange[] = [];
    expect(await run(fake, changes)).toEqual({ warnings: [] });
    expect(did).toEqual(['one', 'two', 'three', 'late', 'later']);
    expect(changes.map(({ step: { id }, state }) => `${id} ${state}`)).toEqual(
      did.flatMap((id) => [`${id} RUNNING`, `${id} DONE`]),
    );
  });

  it('undoes what had begun, the failed step included, from the last to the first', async () => {
    const { did, fake } = performer({ run: 'two' });
    await expect(run(fake)).rejects.toMatchObject({
      code: 'failed',
      hint: 'mend it',
      message: /two on node1: broke.*as it was/s,
    });
    expect(did).toEqual(['one', 'two', 'undo two (no result)', 'undo one (result of one)']);
  });

  it('goes on undoing where one undo fails, and names it', async () => {
    const { did, fake } = performer({ run: 'three', undo: 'two' });
    await expect(run(fake)).rejects.toThrow(/two on node1 could not be undone: stuck/);
    expect(did.at(-1)).toBe('undo one (result of one)');
  });

  it('finishes after the commit: a failure there is a warning', async () => {
    const { did, fake } = performer({ run: 'late' });
    expect(await run(fake)).toEqual({ warnings: ['late on node1: broke'] });
    expect(did).toEqual(['one', 'two', 'three', 'late', 'later']);
  });

  it('undoes when it is cancelled, with a signal of its own', async () => {
    const controller = new AbortController();
    const { did, fake } = performer();
    const cancelling: Performer = {
      run: async (each, options) => {
        const result = await fake.run(each, options);
        if (each.id === 'two') controller.abort();
        return result;
      },
      undo: async (each, result, options) => {
        expect(options.signal.aborted).toBe(false);
        await fake.undo(each, result, options);
      },
    };
    await expect(run(cancelling, [], controller.signal)).rejects.toMatchObject({ code: 'cancelled' });
    expect(did).toEqual([
      'one',
      'two',
      'undo three (no result)',
      'undo two (result of two)',
      'undo one (result of one)',
    ]);
  });
});
