import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { ActionDeps } from '../../../src/plan/actions/action.ts';
import { balance } from '../../../src/plan/actions/balance.ts';
import type { BalanceState } from '../../../src/proxy/balance.ts';

/** Until all have asked, in milliseconds. */
const SEEN = 50;

const record = JSON.stringify({ repo_url: 'u', branch: 'b', master: 'n1', balanced: null });
const action = { kind: 'balance', name: 'shop', project: 'shop', record: '', index: 5 } as const;

/** What is done on the node; its check site answers from the `upAfter`th question on. */
function node({ upAfter = 1, timeout = 60_000, isDeaf = false } = {}) {
  const done: string[] = [];
  const told: string[] = [];
  let asked = 0;
  const tell = (state: BalanceState | undefined) =>
    state === undefined
      ? 'in'
      : 'out' in state
        ? state.out
        : `in with ${state.record.master} of ${state.index}`;
  const deps = {
    balance: {
      set: async (app: string, state: BalanceState | undefined, signal: AbortSignal) => {
        if (isDeaf) await pause(60_000, undefined, { signal });
        done.push(`${app} ${tell(state)}`);
      },
      answers: async () => {
        asked += 1;
        if (asked === upAfter) done.push('answers');
        return asked >= upAfter;
      },
    },
    caddyContainer: 'caddy',
    proxiesIdle: async () => void done.push('idle'),
    engine: { containers: async () => [], exec: async () => ({ stdout: '', stderr: '', exitCode: 0 }) },
    cutover: { drain: 5_000 },
    health: { timeout, steady: 0 },
  } as unknown as ActionDeps;
  const options = {
    signal: new AbortController().signal,
    report: (_: number, detail: string) => void told.push(detail),
    mandate: { app: 'shop', fence: 1, operation: 'o' },
  };
  return { done, told, options, performed: balance(deps, SEEN) };
}

describe('balance', () => {
  it('takes a node out: its checks say so, and when all have asked its sites go', async () => {
    const { performed, options, done } = node();
    const begun = performance.now();
    await performed.run({ ...action, in: false }, options);
    expect(performance.now() - begun).toBeGreaterThanOrEqual(SEEN - 1);
    expect(done).toEqual(['shop leaving', 'shop gone', 'idle']);
  });

  it('puts it in with the release that runs there, and resolves when it answers and all have asked', async () => {
    const { performed, options, done } = node({ upAfter: 3 });
    await performed.run({ ...action, in: true, record }, options);
    expect(done).toEqual(['shop in with n1 of 5', 'answers']);
  });

  it('fails where it does not answer in time', async () => {
    const { performed, options } = node({ upAfter: 1e9, timeout: 50 });
    await expect(performed.run({ ...action, in: true, record }, options)).rejects.toThrow(
      'The sites of shop did not answer here within 0.05 s.',
    );
  });

  it.each([true, false])('does not wait for a Caddy that does not answer, in: %s', async (goesIn) => {
    const { performed, options } = node({ timeout: 50, isDeaf: true });
    await expect(performed.run({ ...action, in: goesIn, record }, options)).rejects.toThrow(
      "Caddy here did not take shop's sites within 0.05 s.",
    );
  });

  it('is undone by the other one: in with what is recorded, whether it answers or not', async () => {
    const out = node();
    await out.performed.undo?.({ ...action, in: true, record }, undefined, out.options);
    expect(out.done).toEqual(['shop leaving', 'shop gone', 'idle']);
    const silent = node({ upAfter: 1e9, timeout: 50 });
    await silent.performed.undo?.({ ...action, in: false }, undefined, silent.options);
    expect(silent.done).toEqual(['shop in']);
    expect(silent.told).toEqual(['The sites of shop did not answer here within 0.05 s.']);
  });
});
