import { describe, expect, it } from 'vitest';
import { CoveyError } from '../../../src/errors.ts';
import type { Journal } from '../../../src/plan/journal.ts';
import { finishStep, type Performer, runPlan, type StepChange } from '../../../src/plan/runner.ts';
import type { Action, Plan, Step } from '../../../src/plan/steps.ts';

const step = (id: string, afterCommit = false): Step => ({
  id,
  node: 'node1',
  title: id,
  afterCommit,
  action: { kind: 'health', folder: '/deploy/a', project: 'a', sites: [] },
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

/** A journal that keeps nothing but what was written, in order. */
function memory(): { written: string[]; journal: Journal } {
  const written: string[] = [];
  const journal: Journal = {
    begin: async ({ id }) => void written.push(`begin ${id}`),
    end: async ({ id }) => void written.push(`end ${id}`),
    undone: async ({ id }) => void written.push(`undone ${id}`),
    commitOps: () => [],
    resolve: async () => false,
    inDoubt: () => false,
    isPending: () => false,
    close: async () => undefined,
  };
  return { written, journal };
}

const run = (
  fake: Performer,
  changes: StepChange[] = [],
  signal = new AbortController().signal,
  { journal } = memory(),
) =>
  runPlan(plan, {
    performer: fake,
    onChange: (change) => changes.push(change),
    signal,
    undoTimeoutMs: 1000,
    journal,
    holding: new AbortController().signal,
  });

describe('runPlan', () => {
  it('runs all steps in order, and tells of each', async () => {
    const { did, fake } = performer();
    const changes: StepChange[] = [];
    expect(await run(fake, changes)).toMatchObject({ warnings: [] });
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
      message: /two on node1: broke.*Everything is as it was\./s,
    });
    expect(did).toEqual(['one', 'two', 'undo two (no result)', 'undo one (result of one)']);
  });

  it('leaves what came before on the node where an undo fails, goes on with the others, and says so', async () => {
    const { did, fake } = performer({ run: 'three', undo: 'two' });
    const elsewhere: Plan = {
      ...plan,
      steps: plan.steps.map((each) => (each.id === 'one' ? { ...each, node: 'node2' } : each)),
    };
    const { written, journal } = memory();
    const signal = new AbortController().signal;
    const options = {
      performer: fake,
      onChange: () => undefined,
      undoTimeoutMs: 1000,
      journal,
      holding: signal,
    };
    await expect(runPlan(elsewhere, { ...options, signal })).rejects.toThrow(
      /two on node1 could not be undone: stuck/,
    );
    expect(did.at(-1)).toBe('undo one (result of one)');
    expect(written.filter((line) => line.startsWith('undone'))).toEqual(['undone three', 'undone one']);
  });

  it.each([
    ['go on where they wait on another node than the one where an undo fails', 'node2', ['two', 'one']],
    ['wait with the rest where it is that one', 'node1', ['two']],
  ])('requests that wait %s', async (_, to, undone) => {
    const { did, fake } = performer({ run: 'three', undo: 'two' });
    const [first, ...others] = plan.steps;
    const hold = { ...step('one'), ...first, action: { kind: 'hold', to } as const };
    const { journal } = memory();
    const holding = new AbortController().signal;
    const options = { performer: fake, onChange: () => undefined, undoTimeoutMs: 1000, journal, holding };
    const running = runPlan({ ...plan, steps: [hold, ...others] }, { ...options, signal: holding });
    await expect(running).rejects.toThrow('Not all of it is undone yet');
    expect(did.filter((line) => line.startsWith('undo')).map((line) => line.split(' ')[1])).toEqual([
      'three',
      ...undone,
    ]);
  });

  it('writes down what begins before it begins, and what is undone after', async () => {
    const { did, fake } = performer({ run: 'two' });
    const { written, journal } = memory();
    const watched: Performer = {
      run: async (each, options) => {
        expect(written.at(-1)).toBe(`begin ${each.id}`);
        return fake.run(each, options);
      },
      undo: async (each, result, options) => {
        expect(written).not.toContain(`undone ${each.id}`);
        await fake.undo(each, result, options);
      },
    };
    await expect(run(watched, [], new AbortController().signal, { written, journal })).rejects.toThrow();
    expect(did).toHaveLength(4);
    expect(written).toEqual(['begin one', 'end one', 'begin two', 'undone two', 'undone one']);
  });

  it('finishes after the commit though whoever asked has gone', async () => {
    const controller = new AbortController();
    const { did, fake } = performer();
    const leaving: Performer = {
      run: async (each, options) => {
        if (each.id === 'late') controller.abort();
        options.signal.throwIfAborted();
        return fake.run(each, options);
      },
      undo: fake.undo,
    };
    expect(await run(leaving, [], controller.signal)).toMatchObject({ warnings: [] });
    expect(did).toEqual(['one', 'two', 'three', 'late', 'later']);
  });

  it('undoes nothing while it is not known whether the commit was made', async () => {
    const { did, fake } = performer({ run: 'three' });
    const { written, journal } = memory();
    const doubtful = { written, journal: { ...journal, inDoubt: () => true } };
    await expect(run(fake, [], new AbortController().signal, doubtful)).rejects.toThrow(/not known whether/);
    expect(did).toEqual(['one', 'two', 'three']);
  });

  it('finishes after the commit: a failure there is a warning', async () => {
    const { did, fake } = performer({ run: 'late' });
    expect(await run(fake)).toMatchObject({ warnings: ['late on node1: broke (It is tried again.)'] });
    expect(did).toEqual(['one', 'two', 'three', 'late', 'later']);
  });

  it('leaves a replica that could not be sent to the next replication', async () => {
    const { written, journal } = memory();
    const { fake } = performer({ run: 'late' });
    const action: Action = { kind: 'send', volumes: ['db'], to: 'node2', rounds: 1 };
    const late = { id: 'late', node: 'node1', title: 'send', afterCommit: true, action };
    const results = new Map();
    const options = {
      performer: fake,
      onChange: () => undefined,
      signal: new AbortController().signal,
      journal,
    };
    expect(await finishStep(late, options, results)).toEqual(['send on node1: broke']);
    expect([written, results.size]).toEqual([['end late'], 0]);
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
    expect(did).toEqual(['one', 'two', 'undo two (result of two)', 'undo one (result of one)']);
  });
});
