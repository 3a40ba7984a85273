import { expect, it } from 'vitest';
import { takeOverByItself } from '../../../src/handlers/automatic-takeover.ts';
import type { Deps } from '../../../src/handlers/deps.ts';
import type { OperationEvent } from '../../../src/handlers/observer.ts';
import { createLogger } from '../../../src/logger.ts';

const takeover = { after: '10s', max_age: '1h' };
const record = (more: object) => ({
  ...{ repo_url: 'https://h/a', branch: 'm', master: 'node1', slave: 'node2', takeover },
  ...more,
});

/** What is under the lock may be other than what the slave went by. */
it.each<[string, object]>([
  ['has another master', { master: 'node3' }],
  ['has another slave', { slave: 'node3' }],
  ['is not to be taken over any more', { takeover: null }],
])('an app that meanwhile %s is left alone', async (_what, more) => {
  const entry = { key: 'app/a', value: JSON.stringify(record(more)), modifyIndex: 1, createIndex: 1 };
  let released = 0;
  const told: string[] = [];
  const lock = {
    ...{ key: 'lock/app/a', fence: 1, signal: new AbortController().signal },
    guard: { op: 'check-session', key: 'lock/app/a', session: 's' },
    release: async () => {
      released += 1;
    },
  };
  const deps = {
    node: 'node2',
    logger: createLogger({ level: 'silent' }),
    acquire: async () => lock,
    members: async () => [],
    nodes: { performer: () => ({}) },
    kv: {
      get: async () => undefined,
      list: async (prefix: string) => (prefix === 'app/' ? [entry] : []),
      cas: async () => 1,
      transaction: async () => ({ ok: true, indexes: new Map() }),
    },
    observer: { operation: ({ kind, phase }: OperationEvent) => told.push(`${kind} ${phase}`) },
    bounds: { undo: 1_000 },
  } as unknown as Deps;
  const fence = { kind: 'fence', holder: 'node1', incarnation: 'x', counter: 1, notBefore: 0 } as const;
  await expect(
    takeOverByItself(deps, { app: 'a', requestId: 'r', fence }, new AbortController().signal),
  ).rejects.toMatchObject({
    code: 'refused',
    message: 'node2 is not to take over a from node1 any more.',
  });
  expect(released).toBe(1);
  expect(told).toEqual(['takeover started', 'takeover failed']);
});
