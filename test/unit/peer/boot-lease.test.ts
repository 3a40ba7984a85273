import { expect, it } from 'vitest';
import { parseRecord } from '../../../src/app/record.ts';
import { CoveyError } from '../../../src/errors.ts';
import { createLogger } from '../../../src/logger.ts';
import { type BootDeps, startOwn } from '../../../src/peer/boot.ts';
import { newEntry } from '../../../src/plan/journal.ts';
import type { Plan } from '../../../src/plan/steps.ts';

const takeover = { after: '10s', max_age: '1h' };
const record = (more: object = {}) =>
  JSON.stringify({
    ...{ repo_url: 'https://h/a', branch: 'm', master: 'n1', slave: 'n2', deploy_id: 'id', takeover },
    ...more,
  });

/** What a slave left that was lost after it had begun to start the app. */
function journal(): string {
  const action = { kind: 'start', folder: '/f', project: 'a', newVolumes: [] };
  const steps = [{ id: 'start@n2', node: 'n2', title: 'start', afterCommit: false, action }];
  const plan = { app: 'a', operation: 'deploy', steps, warnings: [] } as unknown as Plan;
  const entry = newEntry({ requestId: 'r', coordinator: 'n2', plan, prepared: [] });
  return JSON.stringify({ ...entry, begun: ['start@n2'] });
}

interface Node {
  covers?: boolean;
  forbids?: boolean;
  /** As Consul has it now; else as the node knows it. */
  record?: string;
  known?: string;
  journal?: string;
  consulIsAway?: boolean;
}

/** Whether app `a`, as the node knows it, was started, and whether it is to be tried again. */
async function start(node: Node): Promise<{ started: boolean; again: boolean }> {
  let started = false;
  const known = node.known ?? record();
  const stored: Record<string, string | undefined> = {
    'app/a': node.record ?? known,
    'covey/journal/a': node.journal,
  };
  const ask = () => {
    if (node.consulIsAway) throw new CoveyError('unavailable', 'no leader');
  };
  const deps = {
    node: 'n1',
    deployRoot: '/deploy',
    engine: { containers: async () => [] },
    compose: {
      up: async () => {
        started = true;
      },
    },
    store: { list: async () => [], provisional: async () => [] },
    kv: {
      get: async (key: string) => {
        ask();
        const value = stored[key];
        return value === undefined ? undefined : { key, value, modifyIndex: 1, createIndex: 1 };
      },
    },
    locks: { holder: async () => ask() },
    lease: { covers: () => node.covers ?? true, forbids: () => node.forbids ?? false },
    logger: createLogger({ level: 'silent' }),
    signal: new AbortController().signal,
  } as unknown as BootDeps;
  const view = {
    apps: [{ name: 'a', index: 1, record: parseRecord('a', known) }],
    maintenance: new Set<string>(),
    members: [],
  };
  const again = (await startOwn(deps, view, ['a'])).length > 0;
  return { started, again };
}

it.each<[string, Node, { started: boolean; again: boolean }]>([
  ['starts with the lease that is held', {}, { started: true, again: false }],
  ['waits for the lease', { forbids: true }, { started: false, again: true }],
  [
    'does not start where another node has taken it over and this one has not heard of it',
    { record: record({ master: 'n2', slave: null }) },
    { started: false, again: false },
  ],
  ['waits for Consul, since it may be taken over', { consulIsAway: true }, { started: false, again: true }],
  [
    'starts without Consul where nobody can take it over',
    { consulIsAway: true, covers: false },
    { started: true, again: false },
  ],
  [
    'waits where a slave may have started it and was lost before that was recorded',
    { journal: journal() },
    { started: false, again: true },
  ],
  [
    'starts where that was an operation that people asked for, and nobody takes over by himself',
    { journal: journal(), known: record({ takeover: null }), covers: false },
    { started: true, again: false },
  ],
])('an app %s', async (_what, node, expected) => {
  expect(await start(node)).toEqual(expected);
});
