import { expect, it } from 'vitest';
import { parseRecord } from '../../../src/app/record.ts';
import { type Context, coordinate } from '../../../src/handlers/coordinate.ts';
import type { Deps } from '../../../src/handlers/deps.ts';
import type { Step } from '../../../src/plan/steps.ts';

const { signal } = new AbortController();
const options = { signal, report: () => undefined, results: new Map() };
const step = (kind: 'commit' | 'acknowledge') => ({ id: kind, action: { kind } }) as unknown as Step;

/** A coordinator of "shop" whose commit Consul refuses, in a cluster where only node1 serves what it should. */
function coordinator() {
  const deps = {
    faults: { reach: async () => undefined },
    bounds: { acknowledge: 1_000 },
    kv: { transaction: async () => ({ ok: false, failures: [] }) },
    members: async () => ['node1', 'node2', 'node3'].map((name) => ({ name, state: 'alive' })),
    nodes: {
      awaitGeneration: async (node: string) => {
        if (node === 'node3') throw new Error('it hangs');
        return node === 'node2' ? 'the port 25 is taken' : '';
      },
    },
  } as unknown as Deps;
  const context = {
    app: 'shop',
    lock: { guard: {}, signal },
    record: parseRecord('shop', JSON.stringify({ repo_url: 'r', branch: 'b', master: 'node1' })),
    journal: { commitOps: () => [], inDoubt: () => false, resolve: async () => false },
  } as unknown as Context;
  return coordinate(deps, context);
}

it('a commit that Consul refuses changes nothing', async () => {
  await expect(coordinator().performer.run(step('commit'), options)).rejects.toMatchObject({
    code: 'conflict',
    message: 'The record app/shop, or its lock, was taken by somebody else meanwhile.',
  });
});

it('the nodes that do not serve a generation are named, with their reasons', async () => {
  const made = coordinator();
  await expect(made.performer.run(step('acknowledge'), options)).rejects.toMatchObject({
    code: 'unavailable',
    message: 'node2 does not serve it: the port 25 is taken; node3 has not acknowledged: it hangs',
  });
  expect(made.silentNodes()).toEqual(['node3']);
});
