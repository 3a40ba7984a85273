import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { runPeriodically, type Task } from '../../../src/peer/periodic.ts';

/** A runner over tasks that a test changes. */
function setUp(atOnce = 2) {
  const controller = new AbortController();
  let outdated = new AbortController();
  const state = { tasks: [] as Task[], looks: 0 };
  const ended = runPeriodically(
    {
      atOnce,
      outdated: () => outdated.signal,
      tasks: async () => {
        state.looks += 1;
        return state.tasks;
      },
    },
    controller.signal,
  );
  onTestFinished(async () => {
    controller.abort();
    await ended;
  });
  const change = (tasks: Task[]) => {
    state.tasks = tasks;
    const before = outdated;
    outdated = new AbortController();
    before.abort();
  };
  return { state, change, controller, ended };
}

/** A task that runs until it is let go or aborted, and is due again `every` ms after its beginning. */
function held(key: string, every = 1e9) {
  const log: string[] = [];
  let release = () => {};
  const task: Task = {
    key,
    due: 0,
    run: async (signal) => {
      task.due = Date.now() + every;
      log.push('begin');
      const { promise, resolve } = Promise.withResolvers<void>();
      release = resolve;
      signal.addEventListener('abort', () => resolve(), { once: true });
      await promise;
      log.push(signal.aborted ? 'aborted' : 'end');
    },
  };
  return { task, log, release: () => release() };
}

describe('tasks', () => {
  it('run when they are due, again and again, and not before', async () => {
    const { change } = setUp();
    const begun = performance.now();
    const times: number[] = [];
    const task: Task = {
      key: 'a',
      due: Date.now() + 50,
      run: async () => {
        times.push(performance.now() - begun);
        task.due = Date.now() + 50;
      },
    };
    change([task]);
    await expect.poll(() => times.length).toBeGreaterThanOrEqual(3);
    for (const [index, time] of times.entries()) expect(time).toBeGreaterThan(50 * (index + 1) - 10);
  });

  it('run so many at a time, the longest overdue first, and the next when one ends', async () => {
    const { change } = setUp(2);
    const [a, b, c] = [held('a'), held('b'), held('c')];
    a.task.due = 3;
    b.task.due = 1;
    c.task.due = 2;
    change([a.task, b.task, c.task]);
    await expect.poll(() => [b.log, c.log]).toEqual([['begin'], ['begin']]);
    expect(a.log).toEqual([]);
    c.release();
    await expect.poll(() => a.log).toEqual(['begin']);
    expect(b.log).toEqual(['begin']);
  });

  it('are not begun again while they run, and at once when they are late by then', async () => {
    const { change, state } = setUp();
    const slow = held('slow', 10);
    const other = held('other');
    change([slow.task]);
    await expect.poll(() => slow.log).toEqual(['begin']);
    await pause(30); // it is late by then: due after 10 ms, by the clock
    const looks = state.looks;
    change([slow.task, other.task]);
    await expect.poll(() => other.log).toEqual(['begin']);
    expect(state.looks).toBe(looks + 1);
    expect(slow.log).toEqual(['begin']);
    slow.release();
    await expect.poll(() => slow.log).toEqual(['begin', 'end', 'begin']);
  });

  it('that are new begin at once, and those that are none any more are aborted', async () => {
    const { change } = setUp();
    const [old, fresh] = [held('old'), held('fresh')];
    change([old.task]);
    await expect.poll(() => old.log).toEqual(['begin']);
    change([fresh.task]);
    await expect.poll(() => [old.log, fresh.log]).toEqual([['begin', 'aborted'], ['begin']]);
  });

  it('are left in peace between', async () => {
    const { change, state } = setUp();
    const task: Task = { key: 'a', due: Date.now() + 3_600_000, run: async () => undefined };
    change([task]);
    await expect.poll(() => state.looks).toBe(2);
    await pause(50); // time in which it could look again
    expect(state.looks).toBe(2);
  });

  it('have ended when the runner has', async () => {
    const { change, controller, ended } = setUp();
    const { task, log } = held('a');
    change([task]);
    await expect.poll(() => log).toEqual(['begin']);
    controller.abort();
    await ended;
    expect(log).toEqual(['begin', 'aborted']);
  });
});
