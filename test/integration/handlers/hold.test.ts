import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { holdKey, parseHold } from '../../../src/app/hold.ts';
import { JOURNAL_PREFIX, lockKey } from '../../../src/app/keys.ts';
import { type AppRecord, formatRecord } from '../../../src/app/record.ts';
import { createLocks } from '../../../src/consul/lock.ts';
import { CoveyError } from '../../../src/errors.ts';
import type { Progress } from '../../../src/generated/covey/v1/Progress.ts';
import type { Deps } from '../../../src/handlers/deps.ts';
import { operate } from '../../../src/handlers/operation.ts';
import { createLogger } from '../../../src/logger.ts';
import { planSnapshot } from '../../../src/plan/keep.ts';
import { planDeploy } from '../../../src/plan/planner.ts';
import type { Performer } from '../../../src/plan/runner.ts';
import { consul, kv, useConsul } from '../../support/one-consul.ts';
import { type App, identity, input, record } from '../../unit/plan/cases.ts';
import { mortal } from './mortal.ts';

const APP = identity.name;
const KEY = holdKey(APP);
const { signal } = new AbortController();
const at = (master: string): App => ({ master, caddyfile: 'foo.example.com {\n reverse_proxy foo-web-1\n}' });

useConsul();
beforeEach(() => kv.put(`app/${APP}`, formatRecord(record(at('n1'), 'old'))));
afterEach(async () => {
  for (const key of [KEY, `app/${APP}`, `${JOURNAL_PREFIX}${APP}`]) await kv.remove(key);
});

const stateOf = async () => parseHold((await kv.get(KEY))?.value ?? '')?.state ?? 'none';

interface World {
  /** Step that fails when it has been done. */
  fails?: string;
  /** The point at which the coordinator dies, or loses its lock. */
  dies?: string;
  loses?: string;
  /** Nodes that do not acknowledge anything, and one that cannot serve what is held. */
  silent?: string[];
  refuses?: string;
}

/** Nodes n1 to n4, of which n4 coordinates; what was done, each with the state of the hold, and what was warned of. */
function cluster({ fails, dies, loses, silent = [], refuses }: World = {}) {
  const did: string[] = [];
  const warnings: string[] = [];
  const coordinator = mortal(kv, dies);
  const waited: (number | undefined)[] = [];
  const performer: Performer = {
    run: async ({ id, action }) => {
      if (action.kind === 'health') waited.push(action.waited);
      did.push(`${id} ${await stateOf()}`);
      if (id === fails) throw new CoveyError('failed', 'web exited with 3');
      return action.kind === 'retain' ? { images: {} } : { snapshots: {} };
    },
    undo: async ({ id }) => {
      coordinator.assertAlive();
      did.push(`undo ${id} ${await stateOf()}`);
    },
  };
  const deps = {
    node: 'n4',
    logger: createLogger({ level: 'silent' }),
    kv: coordinator.kv,
    acquire: createLocks(consul.client).acquire,
    members: async () => ['n1', 'n2', 'n3', 'n4'].map((name) => ({ name, address: '', state: 'alive' })),
    nodes: {
      performer: () => performer,
      awaitGeneration: async (node: string, _: string, __: number, until: AbortSignal) => {
        const state = await stateOf();
        if (silent.includes(node))
          await new Promise((_, reject) => until.addEventListener('abort', () => reject(until.reason)));
        if (state === 'returning') did.push(`${node} serves again`);
        return node === refuses && state === 'held' ? 'no room' : '';
      },
    },
    bounds: { undo: 10_000, acknowledge: 500, hold: 100, observe: 1_000 },
    observer: { operation: () => undefined },
    faults: {
      reach: async (point: string) => {
        if (point === loses) await kv.remove(lockKey(APP));
        await coordinator.reach(point);
      },
    },
  } as unknown as Deps;
  const emit = ({ warning }: Progress) => void (warning && warnings.push(warning));
  const operation = (kind: 'deploy' | 'snapshot' | 'recover', body: Parameters<typeof operate>[2]) => {
    const asked = { app: APP, kind, requestId: `${kind}-1`, by: 'alice', wait: false, looksOnly: false };
    return operate(deps, { ...asked, givesUpMaster: false, signal, emit }, body);
  };
  const existing = async (now: AppRecord) => {
    const index = (await kv.get(`app/${APP}`))?.modifyIndex ?? 0;
    return { name: APP, record: now, index };
  };
  return {
    did,
    warnings,
    waited,
    deploy: (master: string) =>
      operation('deploy', async ({ execute }) => {
        const given = input({ before: at('n1'), after: at(master) });
        const before = await existing(record(at('n1'), 'old'));
        const plan = planDeploy({ ...given, existing: before });
        await execute(plan, before, { record: given.record }, 'new');
      }),
    snapshot: () =>
      operation('snapshot', async ({ execute }) => {
        const { survey, root } = input({ before: at('n1'), after: at('n1') });
        const before = await existing(record(at('n1'), 'old'));
        const about = { coordinator: 'n4', root, project: identity.project, existing: before, survey };
        const plan = planSnapshot({ ...about, inMaintenance: false, volumes: [], stop: true });
        await execute(plan, before, 'unchanged', 'old');
      }),
    recover: () => {
      coordinator.life.dead = false;
      return operation('recover', async () => undefined);
    },
  };
}

/** Without what comes before requests wait. */
const since = (did: readonly string[]) => did.slice(did.findIndex((line) => line.startsWith('drain@')));
const journal = () => kv.get(`${JOURNAL_PREFIX}${APP}`);

describe('requests that wait', () => {
  it.each(['n1', 'n2'])('go on with the very commit of a release on %s', async (master) => {
    const { did, deploy, warnings, waited } = cluster();
    await deploy(master);
    // The gate gives up in time for them.
    expect(waited).toEqual([expect.any(Number)]);
    expect(since(did).slice(0, 2)).toEqual(['drain@n1 held', 'stop@n1 held']);
    expect(did).toContain(`register@${master} held`);
    expect(await stateOf()).toBe('open');
    const [hold, committed] = [await kv.get(KEY), await kv.get(`app/${APP}`)];
    expect(parseHold(hold?.value ?? '')).toMatchObject({ node: master, from: 'n1', operation: 'deploy-1' });
    expect(hold?.modifyIndex).toBe(committed?.modifyIndex);
    expect(warnings).toEqual([]);
  });

  it('go back to where they came from, where the record stays', async () => {
    const { did, snapshot } = cluster();
    await snapshot();
    expect(did).toContain('keep@n1 held');
    expect(await stateOf()).toBe('returned');
  });

  it('go on once the old release answers again, where the new one does not come up', async () => {
    const { did, deploy } = cluster({ fails: 'health@n1' });
    await expect(deploy('n1')).rejects.toThrow('Everything is as it was.');
    expect(did.slice(did.indexOf('health@n1 held') + 1)).toEqual([
      'undo health@n1 held',
      'undo retain@n1 held',
      'undo start@n1 held',
      'undo stop@n1 held',
      'undo drain@n1 held',
      'undo check@n1 returned',
      'undo build@n1 returned',
    ]);
    expect(await stateOf()).toBe('returned');
  });

  it('go on when the old master serves again, where a move is undone', async () => {
    const { did, deploy } = cluster({ fails: 'health@n2' });
    await expect(deploy('n2')).rejects.toThrow('Everything is as it was.');
    const undone = did.slice(did.indexOf('undo stop@n1 held'));
    expect(undone.slice(0, 4)).toEqual([
      'undo stop@n1 held',
      'undo drain@n1 held',
      'n1 serves again',
      'undo create@n2 returned',
    ]);
  });
});

describe('nothing is stopped', () => {
  it.each<[string, World, string]>([
    ['the new master cannot let them wait', { refuses: 'n2' }, 'n2 does not serve it: no room'],
    ['the old master is silent', { silent: ['n1'] }, 'n1 has not acknowledged'],
  ])('where %s', async (_, world, why) => {
    const { did, deploy } = cluster(world);
    await expect(deploy('n2')).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringMatching(new RegExp(`cannot wait: ${why}.* Everything is as it was\\.$`)),
    });
    expect(did.filter((line) => /stop@|drain@/.test(line))).toEqual([]);
    expect(await stateOf()).toBe('returned');
  });
});

it('a node that is silent is named, and does not hinder a move between two others', async () => {
  const { deploy, warnings } = cluster({ silent: ['n3'] });
  await deploy('n2');
  expect(warnings).toEqual([
    expect.stringMatching(/^n3 has not acknowledged: .* What reaches it goes to n1, which passes it on/),
    expect.stringContaining('n3 has not acknowledged'),
  ]);
  expect(await stateOf()).toBe('open');
});

describe('whoever comes next lets them go on', () => {
  it.each([
    ['begin:drain@n1', 'n1', 'held'],
    ['begin:start@n2', 'n2', 'held'],
    ['begin:commit@n4', 'n2', 'held'],
  ])('where the coordinator dies at %s', async (dies, master, left) => {
    const { did, deploy, recover } = cluster({ dies });
    await expect(deploy(master)).rejects.toThrow('the coordinator has died');
    expect([await stateOf(), (await journal()) === undefined]).toEqual([left, false]);
    await recover();
    expect([await stateOf(), await journal()]).toEqual(['returned', undefined]);
    const last = did.filter((line) => /^undo (stop|drain)@/.test(line));
    expect(last.at(-1)).toBe('undo drain@n1 held');
  });

  it('where the lock is lost in between', async () => {
    const { deploy, recover } = cluster({ loses: 'end:stop@n1' });
    await expect(deploy('n2')).rejects.toThrow('Not all of it is undone yet');
    expect(await stateOf()).toBe('held');
    await recover();
    expect([await stateOf(), await journal()]).toEqual(['returned', undefined]);
  });
});
