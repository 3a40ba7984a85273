import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CoveyError } from '../../../src/errors.ts';
import type { Progress } from '../../../src/generated/covey/v1/Progress.ts';
import { emitPlan, emitStep, streamed } from '../../../src/handlers/progress.ts';
import type { Plan, Step } from '../../../src/plan/steps.ts';

const collect = async <T>(source: AsyncIterable<T>): Promise<{ got: T[]; failed?: unknown }> => {
  const got: T[] = [];
  try {
    for await (const message of source) got.push(message);
    return { got };
  } catch (failed) {
    return { got, failed };
  }
};
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

describe('streamed', () => {
  it('gives all messages in order, those of one moment and those of later', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(fc.integer())), async (moments) => {
        const stream = streamed<number>(async (emit) => {
          for (const moment of moments) {
            for (const message of moment) emit(message);
            await turn();
          }
        });
        expect(await collect(stream)).toEqual({ got: moments.flat() });
      }),
      { numRuns: 50 },
    );
  });

  it('gives the messages before a failure, then the failure', async () => {
    const error = new CoveyError('failed', 'it broke');
    const stream = streamed<string>(async (emit) => {
      emit('one');
      await turn();
      emit('two');
      throw error;
    });
    expect(await collect(stream)).toEqual({ got: ['one', 'two'], failed: error });
  });

  it('gives the failure also where there was no message', async () => {
    const stream = streamed<string>(async () => {
      throw new CoveyError('failed', 'at once');
    });
    expect(await collect(stream)).toMatchObject({ got: [], failed: { message: 'at once' } });
  });

  it('begins when it is read, and not before', async () => {
    let begun = false;
    const stream = streamed<string>(async (emit) => {
      begun = true;
      emit('one');
    });
    await turn();
    expect(begun).toBe(false);
    expect(await collect(stream)).toEqual({ got: ['one'] });
  });

  it.each([
    ['ends well', undefined],
    ['fails', new CoveyError('failed', 'nobody listens')],
  ])('goes on when the reader leaves, and an operation that %s hurts nobody', async (_, error) => {
    const unhandled: unknown[] = [];
    const onUnhandled = (reason: unknown) => unhandled.push(reason);
    process.on('unhandledRejection', onUnhandled);
    const proceed = Promise.withResolvers<void>();
    const ended = Promise.withResolvers<void>();
    const stream = streamed<string>(async (emit) => {
      emit('one');
      await proceed.promise;
      emit('two');
      ended.resolve();
      if (error) throw error;
    });
    for await (const message of stream) {
      expect(message).toBe('one');
      break;
    }
    proceed.resolve();
    await ended.promise;
    await turn();
    process.off('unhandledRejection', onUnhandled);
    expect(unhandled).toEqual([]);
  });
});

describe('what is told', () => {
  const step: Step = {
    id: 'health@n1',
    node: 'n1',
    title: 'wait',
    afterCommit: false,
    action: { kind: 'health', folder: '/deploy/foo', project: 'foo', sites: [] },
  };
  const told = (work: (emit: (progress: Progress) => void) => void) => {
    const messages: Progress[] = [];
    work((message) => messages.push(message));
    return messages;
  };

  it('is a plan without the insides of its steps', () => {
    const plan: Plan = { app: 'foo', operation: 'deploy', steps: [step], warnings: ['mind'] };
    const { action: _, ...shown } = step;
    expect(told((emit) => emitPlan(emit, plan))).toEqual([
      {
        plan: {
          app: 'foo',
          operation: 'deploy',
          warnings: ['mind'],
          snapshots: [],
          target: '',
          from: '',
          steps: [shown],
        },
      },
    ]);
  });

  it('is each change of a step', () => {
    const change = { state: 'RUNNING', percent: 40, detail: 'waiting for web', elapsedMs: 12 } as const;
    expect(told((emit) => emitStep(emit)({ step, ...change }))).toEqual([
      { step: { id: 'health@n1', node: 'n1', title: 'wait', ...change } },
    ]);
  });
});
