import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Member } from '../../../src/consul/members.ts';
import { CoveyError } from '../../../src/errors.ts';
import { createLogger } from '../../../src/logger.ts';
import { forgetLeft } from '../../../src/peer/forget-left.ts';

const MINUTE = 60_000;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** A peer that keeps snapshots for these nodes. `after` lets it look once more that much later; gives what was forgotten. */
function peer(...kept: string[]) {
  const pins = new Set(kept);
  const replicas = new Set(kept);
  const states: Record<string, Member['state'] | 'unknown'> = {};
  const forgotten: string[] = [];
  let asked = () => {};
  let answers = true;
  const deps = {
    members: async () => {
      asked();
      if (!answers) throw new CoveyError('unavailable', 'no Consul');
      return Object.entries(states).map(
        ([name, state]) => ({ name, address: '', server: true, state }) as Member,
      );
    },
    pins: {
      peers: () => [...pins],
      forget: async ({ peer: node }: { peer: string }) =>
        void (pins.delete(node) && forgotten.push(`pins ${node}`)),
    },
    replicas: {
      peers: () => [...replicas],
      forget: async (node: string) => void (replicas.delete(node) && forgotten.push(`replicas ${node}`)),
    },
    logger: createLogger({ level: 'silent' }),
    every: 1,
  };
  const stop = new AbortController();
  const running = forgetLeft(deps, stop.signal);
  /** Until it has looked twice: the first of them may have begun before. */
  const looked = async () => {
    for (let i = 0; i < 2; i++) await new Promise<void>((resolve) => (asked = resolve));
  };
  return {
    set: (next: typeof states) => void Object.assign(states, next),
    answer: (does: boolean) => {
      answers = does;
    },
    after: async (ms: number) => {
      vi.setSystemTime(Date.now() + ms);
      await looked();
      return forgotten.splice(0);
    },
    end: async () => {
      stop.abort();
      await running;
    },
  };
}

it('is let go of what a node had in common that has left for an hour, or is no member, and of no other', async () => {
  const here = peer('node2', 'node3', 'node4', 'node5');
  here.set({ node1: 'alive', node2: 'alive', node3: 'failed', node4: 'left' });
  expect(await here.after(0)).toEqual([]);
  expect(await here.after(59 * MINUTE)).toEqual([]);
  expect(await here.after(MINUTE)).toEqual(['pins node4', 'replicas node4', 'pins node5', 'replicas node5']);
  expect(await here.after(1_000 * MINUTE)).toEqual([]);
  await here.end();
});

it('is kept for a node that joins again within the hour', async () => {
  const here = peer('node2', 'node4');
  here.set({ node2: 'alive', node4: 'left' });
  await here.after(30 * MINUTE);
  here.set({ node4: 'alive' });
  await here.after(0);
  here.set({ node2: 'alive', node4: 'left' });
  await here.after(0);
  expect(await here.after(59 * MINUTE)).toEqual([]);
  expect(await here.after(MINUTE)).toEqual(['pins node4', 'replicas node4']);
  await here.end();
});

it('is kept while Consul does not answer', async () => {
  const here = peer('node2', 'node4');
  here.set({ node2: 'alive', node4: 'left' });
  await here.after(0);
  here.answer(false);
  expect(await here.after(100 * MINUTE)).toEqual([]);
  await here.end();
});
