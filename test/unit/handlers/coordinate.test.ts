import { expect, it } from 'vitest';
import { parseRecord } from '../../../src/app/record.ts';
import { type Context, coordinate } from '../../../src/handlers/coordinate.ts';
import type { Deps } from '../../../src/handlers/deps.ts';
import type { Performer } from '../../../src/plan/runner.ts';
import type { Action, Step } from '../../../src/plan/steps.ts';

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
    change: {
      record: parseRecord('shop', JSON.stringify({ repo_url: 'r', branch: 'b', master: 'node1' })),
      releases: () => 'releases',
    },
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

it('a commit that leaves the record alone wants it to be what was read', async () => {
  const asked: unknown[] = [];
  const deps = {
    faults: { reach: async () => undefined },
    kv: {
      transaction: async (ops: unknown[]) => {
        asked.push(...ops);
        return { ok: true, indexes: new Map() };
      },
    },
  } as unknown as Deps;
  const context = {
    app: 'shop',
    lock: { guard: 'guard', signal },
    existing: { index: 5 },
    change: 'unchanged',
    journal: { commitOps: () => ['journal'] },
  } as unknown as Context;
  const made = coordinate(deps, context);
  await made.performer.run(step('commit'), options);
  expect(asked).toEqual(['guard', { op: 'check-index', key: 'app/shop', index: 5 }, 'journal']);
  expect(made.generation()).toBe(5);
});

it('a record and its releases are committed by one transaction, and go by one', async () => {
  const asked: unknown[] = [];
  const deps = {
    faults: { reach: async () => undefined },
    kv: {
      transaction: async (ops: { op: string; key: string }[]) => {
        asked.push(...ops.map(({ op, key }) => `${op} ${key}`));
        return { ok: true, indexes: new Map([['app/shop', 8]]) };
      },
    },
  } as unknown as Deps;
  const results = new Map<string, unknown>([['snapshot@node1', { snapshots: { db: 'db@1' } }]]);
  const record = parseRecord('shop', JSON.stringify({ repo_url: 'r', branch: 'b', master: 'node1' }));
  const releases = (given: ReadonlyMap<string, unknown>) => JSON.stringify(given.get('snapshot@node1'));
  // Without releases the release stays: so it is with a migrate.
  for (const change of [{ record, releases }, { record }, null]) {
    const journal = { commitOps: () => [] };
    const context = {
      app: 'shop',
      lock: { guard: { op: 'check', key: 'lock' }, signal },
      existing: { index: 5 },
    };
    const made = coordinate(deps, { ...context, change, journal } as unknown as Context);
    await made.performer.run(step('commit'), { ...options, results });
  }
  expect(asked).toEqual([
    'check lock',
    'cas app/shop',
    'set covey/releases/shop',
    'delete covey/hold/shop',
    'check lock',
    'cas app/shop',
    'delete covey/hold/shop',
    'check lock',
    'delete-cas app/shop',
    'delete maintenance/shop',
    'delete covey/releases/shop',
    'delete covey/hold/shop',
  ]);
});

/** A coordinator of "shop" that passes its steps on, and what of them comes through. */
function passing() {
  const did: unknown[] = [];
  const performer: Performer = {
    run: async ({ action }) => void did.push(action),
    undo: async () => undefined,
  };
  const deps = { faults: { reach: async () => undefined } } as unknown as Deps;
  const made = coordinate(deps, { app: 'shop', performer } as unknown as Context);
  return { did, run: made.performer.run };
}

it('a step gets what an earlier one gave, and is not done without', async () => {
  const { did, run } = passing();
  const at = (action: Partial<Action>) => ({ id: 'x', action }) as Step;
  const results = new Map<string, unknown>([['before', { snapshots: { db: 'db@1' }, bytes: 7 }]]);
  const from = 'before';
  for (const kind of ['adopt', 'restore', 'send'] as const)
    await run(at({ kind, from }), { ...options, results });
  expect(did).toEqual([
    { kind: 'adopt', from, snapshots: { db: 'db@1' } },
    { kind: 'restore', from, kept: { db: 'db@1' } },
    { kind: 'send', from, snapshots: { db: 'db@1' } },
  ]);
  await expect(run(at({ kind: 'send', from }), options)).rejects.toMatchObject({
    code: 'failed',
    message: 'It needs what before gives, and that has not been done.',
  });
});

it('what another app gives takes the place of the volumes that it is for', async () => {
  const { did, run } = passing();
  const of = { from: 'keep', volumes: { shop_db: 'prod_db' } };
  const step = { id: 'x', action: { kind: 'restore', from: '', kept: {}, of } } as unknown as Step;
  const results = new Map([['keep', { snapshots: { prod_db: 'prod_db@1' } }]]);
  await run(step, { ...options, results });
  expect(did).toEqual([{ kind: 'restore', from: '', kept: {}, of, snapshots: { shop_db: 'prod_db@1' } }]);
});

/** A coordinator that puts an app into maintenance; its key has this value, and Consul refuses these writes. */
function maintaining(value: string | undefined, failures: number[] = []) {
  const asked: unknown[] = [];
  const deps = {
    faults: { reach: async () => undefined },
    kv: {
      get: async () => (value === undefined ? undefined : { value, modifyIndex: 3 }),
      transaction: async (ops: { op: string }[]) => {
        asked.push(...ops.map(({ op }) => op));
        return failures.length > 0
          ? { ok: false, failures: failures.map((op) => ({ op })) }
          : { ok: true, indexes: new Map() };
      },
    },
  } as unknown as Deps;
  const context = { app: 'shop', lock: { guard: { op: 'guard' }, signal } } as unknown as Context;
  const at = (on: boolean) => ({ id: 'x', action: { kind: 'maintenance', on, operation: 'r1' } }) as Step;
  return { asked, at, performer: coordinate(deps, context).performer };
}

it('an operation puts its app into maintenance under its lock, unless it is in it', async () => {
  const { asked, at, performer } = maintaining(undefined);
  await performer.run(at(true), options);
  expect(asked).toEqual(['guard', 'check-not-exists', 'set']);
  const taken = maintaining(undefined, [1]);
  await taken.performer.run(taken.at(true), options);
  const lost = maintaining(undefined, [0, 1]);
  await expect(lost.performer.run(lost.at(true), options)).rejects.toMatchObject({ code: 'conflict' });
});

it.each([
  ['its own', '{"operation": "r1"}', ['guard', 'delete-cas']],
  ["another operation's", '{"operation": "r2"}', []],
  ['a word', 'by hand', []],
  ['null', 'null', []],
  ['none', undefined, []],
])('it ends a maintenance that is %s, as it was written, or not', async (_, value, wanted) => {
  for (const ends of ['run', 'undo'] as const) {
    const { asked, at, performer } = maintaining(value);
    if (ends === 'run') await performer.run(at(false), options);
    else await performer.undo(at(true), undefined, options);
    expect(asked).toEqual(wanted);
  }
});

it('what somebody changes while a maintenance is ended is his; a lost lock is told', async () => {
  const changed = maintaining('{"operation": "r1"}', [1]);
  await changed.performer.run(changed.at(false), options);
  const lost = maintaining('{"operation": "r1"}', [0]);
  await expect(lost.performer.run(lost.at(false), options)).rejects.toMatchObject({ code: 'conflict' });
});

it('a lock that cannot be given back is logged, and holds up nothing', async () => {
  const said: string[] = [];
  const deps = {
    faults: { reach: async () => undefined },
    logger: { warn: (text: string) => said.push(text) },
  };
  const unlock = () => Promise.reject(new Error('no leader'));
  const made = coordinate(deps as unknown as Deps, { app: 'shop', unlock } as unknown as Context);
  await made.performer.run({ id: 'x', action: { kind: 'unlock', app: 'prod' } } as Step, options);
  expect(said).toEqual([expect.stringContaining('no leader')]);
});
