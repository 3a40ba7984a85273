import { describe, expect, it } from 'vitest';
import type { Container } from '../../../src/docker/engine.ts';
import { CoveyError } from '../../../src/errors.ts';
import { createEnforcer } from '../../../src/lease/enforcer.ts';
import { stoppingBy } from '../../../src/lease/stopping.ts';

/** Stops apps of which these containers are there, by project. */
function engine(states: Record<string, Record<string, Container['state']>>, failing: string[] = []) {
  const stopped: string[] = [];
  const errors: string[] = [];
  const stop = stoppingBy(
    {
      containers: async ({ project = '' } = {}) => {
        if (failing.includes(project)) throw new CoveyError('unavailable', 'Docker does not answer');
        return Object.entries(states[project] ?? {}).map(([id, state]) => ({ id, state }) as Container);
      },
      stopContainer: async (id, { graceSeconds } = {}) => {
        if (failing.includes(id)) throw new CoveyError('failed', 'it does not end');
        stopped.push(`${id} within ${graceSeconds}`);
      },
    },
    { error: (_about: object, text: string) => errors.push(text) } as never,
  );
  return { stop, stopped, errors };
}

describe('stopping', () => {
  it('ends all that runs of the apps, and nothing else', async () => {
    const { stop, stopped } = engine({
      am1: { web: 'running', db: 'restarting', job: 'exited', next: 'created', old: 'paused' },
      bm1: { other: 'running' },
    });
    expect(await stop(['a_m.1'], { graceSeconds: 2 })).toEqual({ ran: ['a_m.1'], failed: [] });
    expect(stopped).toEqual(['web within 2', 'db within 2', 'old within 2']);
    expect(await stop(['c_m.1'], { graceSeconds: 2 })).toEqual({ ran: [], failed: [] });
  });

  it('names what could not be stopped, which hinders no other', async () => {
    const { stop, stopped, errors } = engine({ am1: { web: 'running' }, bm1: { bad: 'running' } }, [
      'bad',
      'cm1',
    ]);
    const { ran, failed } = await stop(['a_m.1', 'b_m.1', 'c_m.1'], { graceSeconds: 0 });
    expect([ran.toSorted(), failed.toSorted()]).toEqual([
      ['a_m.1', 'b_m.1'],
      ['b_m.1', 'c_m.1'],
    ]);
    expect(stopped).toEqual(['web within 0']);
    expect(errors.toSorted()).toEqual([
      'is not stopped yet: Docker does not answer',
      'is not stopped yet: it does not end',
    ]);
  });
});

it('a start ends when the lease is lost again, and the app is tried once more', async () => {
  let isRunning = true;
  const stop = async () => {
    const ran = isRunning ? ['a'] : [];
    isRunning = false;
    return { ran, failed: [] };
  };
  const enforcer = createEnforcer(stop, { error: () => undefined });
  expect(await enforcer.stopAll(['a'], 5_000)).toBe(false);
  expect(await enforcer.stopAll(['a'], 5_200)).toBe(true);
  const { signal } = new AbortController();
  const first = Promise.withResolvers<unknown>();
  const starting = enforcer.startAgain(
    (_app, until) =>
      new Promise((resolve) => {
        until.addEventListener('abort', () => resolve(false));
        first.resolve(until);
      }),
    signal,
  );
  await first.promise;
  await enforcer.stopAll(['a'], 5_000);
  await starting;
  expect(((await first.promise) as AbortSignal).reason.message).toBe(
    'The lease for automatic takeover is lost.',
  );
  const started: string[] = [];
  const start = async (app: string) => started.push(app) > 0;
  await enforcer.startAgain(start, signal);
  await enforcer.startAgain(start, signal);
  expect(started).toEqual(['a']);
});
