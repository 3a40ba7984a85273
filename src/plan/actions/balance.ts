import { setTimeout as pause } from 'node:timers/promises';
import { parseRecord } from '../../app/record.ts';
import { asCoveyError, CoveyError } from '../../errors.ts';
import type { BalanceState } from '../../proxy/balance.ts';
import type { Action } from '../steps.ts';
import type { ActionDeps, ActionOptions, Performed } from './action.ts';
import { untilQuiet } from './drain.ts';

/**
 * By then every HAProxy that reaches this node has asked it, in milliseconds: a check begins at least each 0.8 s, and takes no more
 * than 0.75 s (`render/haproxy/balance.ts`).
 */
const SEEN = 2_000;

/** Polls the check site this often, in milliseconds. */
const POLL = 100;

type Wanted = Pick<Extract<Action, { kind: 'balance' }>, 'name' | 'project' | 'record' | 'index'>;

/**
 * Takes the node out of an app's balance, or puts it in.
 * @param seen until all have asked, in milliseconds; changed by tests
 */
export function balance(deps: ActionDeps, seen = SEEN): Performed<'balance'> {
  const { balance: control, health } = deps;

  /** A Caddy that does not answer would be tried without an end. */
  const set = async (app: string, state: BalanceState | undefined, signal: AbortSignal): Promise<void> => {
    const bound = AbortSignal.timeout(health.timeout);
    try {
      await control.set(app, state, AbortSignal.any([signal, bound]));
    } catch (thrown) {
      signal.throwIfAborted();
      if (!bound.aborted) throw thrown;
      throw caddySilent(app, health.timeout, thrown);
    }
  };

  const takeOut = async ({ name, project }: Wanted, options: ActionOptions): Promise<void> => {
    const { signal } = options;
    await set(name, { out: 'leaving' }, signal);
    // Time itself is meant: nobody tells who has asked.
    await pause(seen, undefined, { signal });
    // Connections that visitors keep are told to come back by new ones, which other nodes get. What is under way on them goes on.
    await set(name, { out: 'gone' }, signal);
    await untilQuiet(deps, { project }, options);
  };

  const putIn = async ({ name, record, index }: Wanted, { signal }: ActionOptions): Promise<void> => {
    const state = record === '' ? undefined : { record: parseRecord(name, record), index };
    await set(name, state, signal);
    const bound = AbortSignal.any([signal, AbortSignal.timeout(health.timeout)]);
    while (!(await control.answers(name, 'http', signal))) {
      signal.throwIfAborted();
      if (bound.aborted)
        throw new CoveyError(
          'failed',
          `The sites of ${name} did not answer here within ${health.timeout / 1000} s.`,
          {
            hint: 'Look at the log of its container, and at the port in CADDYFILE.',
          },
        );
      await pause(POLL, undefined, { signal });
    }
    await pause(seen, undefined, { signal }); // as above
  };

  return {
    run: async (action, options) => (action.in ? putIn(action, options) : takeOut(action, options)),
    undo: async (action, _result, options) => {
      if (action.in) return takeOut(action, options);
      try {
        // What is recorded runs here again.
        await putIn({ ...action, record: '' }, options);
      } catch (thrown) {
        options.signal.throwIfAborted();
        options.report(-1, asCoveyError(thrown).message); // it is in as soon as it answers
      }
    },
  };
}

/** @param within milliseconds */
export function caddySilent(app: string, within: number, cause: unknown): CoveyError {
  return new CoveyError('unavailable', `Caddy here did not take ${app}'s sites within ${within / 1000} s.`, {
    cause,
    hint: 'Look at the logs of the peer and of Caddy on this node.',
  });
}
