import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { formatHold, holdKey, parseHold } from '../../../src/app/hold.ts';
import { JOURNAL_PREFIX } from '../../../src/app/keys.ts';
import { createLocks, type Locks } from '../../../src/consul/lock.ts';
import { CoveyError } from '../../../src/errors.ts';
import type { Deps } from '../../../src/handlers/deps.ts';
import { operate } from '../../../src/handlers/operation.ts';
import { createLogger } from '../../../src/logger.ts';
import { newEntry, readJournal } from '../../../src/plan/journal.ts';
import type { Performer } from '../../../src/plan/runner.ts';
import type { Action, Step } from '../../../src/plan/steps.ts';
import { consul, kv, useConsul } from '../../support/one-consul.ts';

const APP = 'foo_master.12345';
const KEY = `${JOURNAL_PREFIX}${APP}`;
const signal = new AbortController().signal;

useConsul();
let locks: Locks;
beforeAll(() => {
  locks = createLocks(consul.client);
});
afterEach(async () => {
  await kv.remove(KEY);
  await kv.remove(`app/${APP}`);
  await kv.remove(holdKey(APP));
});

const step = (node: string, kind: 'stop' | 'start' | 'clear', afterCommit = false): Step => {
  const place = { folder: `/deploy/${APP}-x`, project: 'foo' };
  const actions: Record<typeof kind, Action> = {
    stop: { kind: 'stop', ...place, images: {}, running: true },
    start: { kind: 'start', ...place, newVolumes: [] },
    clear: { kind: 'clear', ...place, name: APP, everything: true, volumes: [], leftTo: '' },
  };
  return { id: `${kind}@${node}`, node, title: kind, afterCommit, action: actions[kind] };
};

/** Requests for what runs on n1 wait on `to`. */
async function holding(to: string): Promise<Step> {
  const hold = { node: to, from: 'n1', operation: 'r', state: 'held' } as const;
  await kv.put(holdKey(APP), formatHold(hold));
  return { ...step('n1', 'stop'), id: 'hold@n1', title: 'hold', action: { kind: 'hold', to } };
}

/** What a coordinator left: a move from n1 to n2, begun or committed. */
async function left(committed: boolean, before: readonly Step[] = []): Promise<void> {
  const begun = [...before, step('n1', 'stop'), step('n2', 'start')];
  const later = [step('n2', 'clear', true), step('n1', 'clear', true)];
  const plan = { app: APP, operation: 'deploy' as const, steps: [...begun, ...later], warnings: [] };
  const entry = newEntry({ requestId: 'r', coordinator: 'n3', plan, prepared: [] });
  const value = JSON.stringify({ ...entry, begun: begun.map(({ id }) => id), committed });
  await kv.put(KEY, value);
  const record = { repo_url: 'u', branch: 'm', master: 'n1', slave: null, commit: 'c' };
  await kv.put(`app/${APP}`, JSON.stringify(record));
}

/** Takes the lock and ends what was left, while `dead` do not answer; what was done. */
async function next(kind: 'recover' | 'deploy', dead: string[], givesUpMaster = false, gone: string[] = []) {
  const did: string[] = [];
  const act = async (what: string, node: string) => {
    if ([...dead, ...gone].includes(node)) throw new CoveyError('unavailable', `${node} does not answer`);
    did.push(what);
  };
  const performer: Performer = {
    run: ({ id, node }) => act(id, node),
    undo: ({ id, node }) => act(`undo ${id}`, node),
  };
  const members = ['n1', 'n2', 'n3'].map((name) => ({
    name,
    address: '',
    state: gone.includes(name) ? 'left' : dead.includes(name) ? 'failed' : 'alive',
  }));
  const deps = {
    node: 'n3',
    logger: createLogger({ level: 'silent' }),
    kv,
    acquire: locks.acquire,
    members: async () => members,
    nodes: { performer: () => performer, awaitGeneration: async () => '' },
    bounds: { undo: 1_000, acknowledge: 1_000, hold: 100, observe: 1_000 },
    observer: { operation: () => undefined },
    faults: { reach: async () => undefined },
  } as unknown as Deps;
  const who = { requestId: 'next', by: 'alice' };
  const request = { app: APP, kind, ...who, wait: false, looksOnly: false, givesUpMaster, signal };
  const ended = operate(deps, { ...request, emit: () => undefined }, async () => void did.push('begins'));
  const error = await ended.then(
    () => undefined,
    ({ code, message }: CoveyError) => `${code}: ${message}`,
  );
  return { did, error, open: (await readJournal(kv, APP, signal))?.entry };
}

const NOT_UNDONE = /^unavailable: An earlier deploy of \S+ is not undone yet: .*n\d does not answer/;
const NOT_FINISHED = /^unavailable: An earlier deploy of \S+ is not finished yet\.$/;

describe('what a dead coordinator had begun', () => {
  it.each<[string, Parameters<typeof next>, string[], RegExp | undefined]>([
    ['is undone from its end', ['recover', []], ['undo start@n2', 'undo stop@n1', 'begins'], undefined],
    ['waits for a node that is away', ['recover', ['n2']], ['undo stop@n1'], NOT_UNDONE],
    [
      'does not wait for one that is not the master when something new begins',
      ['deploy', ['n2']],
      ['undo stop@n1', 'begins'],
      undefined,
    ],
    ['waits for the master', ['deploy', ['n1']], ['undo start@n2'], NOT_UNDONE],
    [
      'does not wait for a node that has left for good',
      ['recover', [], false, ['n2']],
      ['undo stop@n1', 'begins'],
      undefined,
    ],
    [
      'waits for a master that has left, since it would have the data',
      ['recover', [], false, ['n1']],
      ['undo start@n2'],
      NOT_UNDONE,
    ],
    [
      'does not even wait for the master when its replica takes over',
      ['deploy', ['n1'], true],
      ['undo start@n2', 'begins'],
      undefined,
    ],
  ])('%s', async (_, args, did, error) => {
    await left(false);
    const outcome = await next(...args);
    expect(outcome).toMatchObject({ did, error: error && expect.stringMatching(error) });
    if (error === undefined) expect(outcome.open).toBeUndefined();
    else expect(outcome.open?.begun).toHaveLength(1);
  });
});

describe('requests that wait when the old master dies after the stop', () => {
  const state = async () => parseHold((await kv.get(holdKey(APP)))?.value ?? '')?.state;

  it('go on at once where they wait on another node, and the rest is undone when it is back', async () => {
    await left(false, [await holding('n2')]);
    expect(await next('recover', ['n1'])).toMatchObject({
      did: ['undo start@n2'],
      error: expect.stringMatching(NOT_UNDONE),
      open: { begun: ['stop@n1'] },
    });
    expect(await state()).toBe('returned');
    expect(await next('recover', [])).toMatchObject({ did: ['undo stop@n1', 'begins'], error: undefined });
    expect(await state()).toBe('returned');
  });

  it('wait on where the app stays: what it starts by itself when it is back still gets its old data', async () => {
    await left(false, [await holding('n1')]);
    expect(await next('recover', ['n1'])).toMatchObject({ open: { begun: ['hold@n1', 'stop@n1'] } });
    expect(await state()).toBe('held');
    expect(await next('recover', [])).toMatchObject({ did: ['undo stop@n1', 'begins'], error: undefined });
    expect(await state()).toBe('returned');
  });
});

describe('what a dead coordinator had committed', () => {
  it.each<[string, Parameters<typeof next>, string[], RegExp | undefined]>([
    ['is finished', ['recover', []], ['clear@n2', 'clear@n1', 'begins'], undefined],
    ['stays to be finished where a node is away', ['recover', ['n2']], ['clear@n1'], NOT_FINISHED],
    [
      'is finished without a node that has left for good',
      ['recover', [], false, ['n2']],
      ['clear@n1', 'begins'],
      undefined,
    ],
    ['holds up nothing new', ['deploy', ['n2']], ['clear@n1', 'begins'], undefined],
  ])('%s', async (_, args, did, error) => {
    await left(true);
    const outcome = await next(...args);
    expect(outcome).toMatchObject({ did, error: error && expect.stringMatching(error) });
    expect(outcome.open === undefined).toBe(error === undefined);
  });
});
