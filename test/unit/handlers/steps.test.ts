import { describe, expect, it } from 'vitest';
import type { StepRequest__Output } from '../../../src/generated/covey/v1/StepRequest.ts';
import { runStep, undoStep } from '../../../src/handlers/steps.ts';
import type { ActionOptions } from '../../../src/plan/actions/action.ts';
import { createTurns } from '../../../src/plan/turns.ts';

/** A node whose actions run until they are told to end, and take their time to do so. */
function node() {
  const log: string[] = [];
  const running = new Map<string, { signal: AbortSignal; end: () => void }>();
  const act = async (what: string, { signal, mandate }: ActionOptions) => {
    const name = `${what} ${mandate.app} ${mandate.fence}`;
    log.push(`${name} begins`);
    const { promise, resolve } = Promise.withResolvers<void>();
    running.set(name, { signal, end: resolve });
    await promise;
    log.push(`${name} ends`);
    signal.throwIfAborted();
  };
  const deps = {
    actions: {
      run: (_action: unknown, options: ActionOptions) => act('run', options),
      undo: (_action: unknown, _result: unknown, options: ActionOptions) => act('undo', options),
    },
    fences: { pass: async () => undefined },
    faults: { reach: async () => undefined },
    turns: createTurns(),
    watch: () => undefined,
  };
  const ask =
    (handler: ReturnType<typeof runStep>) =>
    (app: string, fence: number, signal = never) => {
      const action = JSON.stringify({ kind: 'keep', volumes: [] });
      const request = { app, fence, operationId: 'o', action, result: '' } as StepRequest__Output;
      const done = (async () => {
        for await (const _ of handler(request, { signal, caller: { name: 'n', role: 'peer' } }));
        return 'done';
      })();
      return done.catch((thrown: Error) => thrown.message);
    };
  const has = (name: string) => expect.poll(() => running.has(name)).toBe(true);
  return { log, running, has, run: ask(runStep(deps)), undo: ask(undoStep(deps)) };
}

const never = new AbortController().signal;
const GIVEN_UP = 'What this node does for foo is given up: it is undone, or somebody else has the lock.';

describe('what a node does for one app', () => {
  it.each([
    ['is undone by the same operation', 'undo' as const, 5],
    ['is undone by who has the lock next', 'undo' as const, 6],
    ['is followed by a step of who has the lock next', 'run' as const, 6],
  ])('is aborted, and has ended, before it %s', async (_, next, fence) => {
    const { log, running, has, ...ask } = node();
    const first = ask.run('foo', 5);
    await has('run foo 5');
    const second = ask[next]('foo', fence);
    await expect.poll(() => running.get('run foo 5')?.signal.aborted).toBe(true);
    expect(log).toEqual(['run foo 5 begins']);
    running.get('run foo 5')?.end();
    expect(await first).toBe(GIVEN_UP);
    await has(`${next} foo ${fence}`);
    running.get(`${next} foo ${fence}`)?.end();
    expect(await second).toBe('done');
    expect(log.slice(1, 3)).toEqual(['run foo 5 ends', `${next} foo ${fence} begins`]);
  });

  it('is no affair of another app, nor of a further step of the same operation', async () => {
    const { running, has, ...ask } = node();
    const first = ask.run('foo', 5);
    await has('run foo 5');
    const others = [ask.undo('bar', 9), ask.run('foo', 5)];
    await has('undo bar 9');
    expect(running.get('run foo 5')?.signal.aborted).toBe(false);
    for (const { end } of running.values()) end();
    expect(await others[0]).toBe('done');
    running.get('run foo 5')?.end();
    expect(await others[1]).toBe('done');
    void first;
  });

  it('is waited for no longer than the caller does, and then nothing is undone', async () => {
    const { log, running, has, ...ask } = node();
    const first = ask.run('foo', 5);
    await has('run foo 5');
    const caller = new AbortController();
    const undo = ask.undo('foo', 6, caller.signal);
    await expect.poll(() => running.get('run foo 5')?.signal.aborted).toBe(true);
    caller.abort(new Error('nobody waits'));
    expect(await undo).toBe('nobody waits');
    // The next try still finds what has not ended.
    const again = ask.undo('foo', 6);
    expect(log).toEqual(['run foo 5 begins']);
    running.get('run foo 5')?.end();
    await has('undo foo 6');
    running.get('undo foo 6')?.end();
    expect([await first, await again]).toEqual([GIVEN_UP, 'done']);
  });
});
