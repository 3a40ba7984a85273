import { describe, expect, it } from 'vitest';
import { APP_PREFIX } from '../../../src/app/keys.ts';
import { parseRecord } from '../../../src/app/record.ts';
import type { Kv } from '../../../src/consul/kv.ts';
import { createLocks } from '../../../src/consul/lock.ts';
import { CoveyError } from '../../../src/errors.ts';
import type { Deps } from '../../../src/handlers/deps.ts';
import { type Operation, type OperationRequest, operate } from '../../../src/handlers/operation.ts';
import type { Performer } from '../../../src/plan/runner.ts';
import type { Plan, Step } from '../../../src/plan/steps.ts';
import { consul, kv } from '../../support/one-consul.ts';
import { mortal } from './mortal.ts';
import { APP, given, history, KEY, logger, moved, record, signal, useHistory } from './one-history.ts';

useHistory();

const step = (node: string, kind: 'stop' | 'commit'): Step => {
  const place = { folder: `/deploy/${APP}-x`, project: 'foo' };
  const action = kind === 'commit' ? ({ kind } as const) : { kind, ...place, images: {}, running: true };
  return { id: `${kind}@${node}`, node, title: kind, afterCommit: false, action };
};
const plan: Plan = {
  app: APP,
  operation: 'deploy',
  steps: [step('n1', 'stop'), step('n3', 'commit')],
  warnings: [],
};

/** Coordinator n3 of an app on n1; `fails` is what the stop on n1 does, `away` whether its undo fails, its `life` ends by `dead`. */
function cluster() {
  const world = { fails: () => {}, away: false, unwritable: false };
  const coordinator = mortal(kv);
  const performer: Performer = {
    run: async () => world.fails(),
    undo: async () => {
      if (world.away) throw new CoveyError('unavailable', 'n1 does not answer');
    },
  };
  const itsKv: Kv = {
    ...coordinator.kv,
    get: (key, options) =>
      world.unwritable && key === KEY
        ? Promise.reject(new CoveyError('unavailable', 'no answer'))
        : kv.get(key, options),
  };
  const depsOf = (node: string) =>
    ({
      ...{ node, logger, kv: itsKv, acquire: createLocks(consul.client).acquire },
      members: async () => [{ name: 'n1', address: '', state: 'alive' }],
      nodes: { performer: () => performer },
      bounds: { undo: 1_000, acknowledge: 1_000, observe: 1_000 },
      observer: { operation: () => undefined },
      faults: { reach: async () => undefined },
    }) as unknown as Deps;
  const run = (more: Partial<OperationRequest>, body: (operation: Operation) => Promise<void>, node = 'n3') =>
    operate(
      depsOf(node),
      {
        ...{ app: APP, kind: 'deploy', requestId: 'r', by: 'alice', wait: false, looksOnly: false },
        ...{ givesUpMaster: false, signal, emit: () => undefined },
        ...more,
      },
      body,
    );
  /** Moves the app from where it is to n2. */
  const move = async (operation: Operation) => {
    const found = await kv.get(`${APP_PREFIX}${APP}`);
    const existing = found && {
      name: APP,
      record: parseRecord(APP, found.value),
      index: found.modifyIndex,
    };
    await operation.execute(plan, existing, { record: record('n2', 'n1') }, 'r');
  };
  return {
    world,
    life: coordinator.life,
    deploy: (more: Partial<OperationRequest> = {}, body = move) => run(more, body),
    recover: () => run({ kind: 'recover', requestId: 'next', by: 'n4' }, async () => undefined, 'n4'),
  };
}

const common = { operation: 'deploy', id: 'r', by: 'alice', coordinator: 'n3' };

describe('an operation', () => {
  it('that is done is put down: who, what, when, from where to where', async () => {
    await given();
    const before = Date.now();
    await cluster().deploy();
    const [entry, ...others] = await history();
    const generation = (await kv.get(`${APP_PREFIX}${APP}`))?.modifyIndex;
    expect(entry).toEqual({
      ...{ ...common, ...moved, generation, outcome: 'done', pending: false },
      ...{ begun: expect.any(Number), ended: expect.any(Number) },
    });
    expect(entry?.begun).toBeGreaterThanOrEqual(before);
    expect(entry?.ended).toBeGreaterThanOrEqual(Number(entry?.begun));
    expect(others).toEqual([]);
  });

  it('of a new app says only where it is, and a takeover that it is one', async () => {
    await cluster().deploy({ givesUpMaster: true });
    const [entry] = await history();
    expect(entry).toMatchObject({ to: moved.to, takeover: true });
    expect(entry).not.toHaveProperty('from');
  });

  it('that fails before there is a plan is put down with its error', async () => {
    const refused = () => Promise.reject(new CoveyError('conflict', 'The address is taken.'));
    await expect(cluster().deploy({}, refused)).rejects.toThrow('The address is taken.');
    expect(await history()).toMatchObject([
      {
        ...{ ...common, outcome: 'failed', pending: false },
        error: { code: 'conflict', message: 'The address is taken.' },
      },
    ]);
  });

  it('that fails and is undone says so, and one that was given up too', async () => {
    await given();
    const { world, deploy } = cluster();
    world.fails = () => {
      throw new CoveyError('failed', 'web exited with 3');
    };
    await expect(deploy()).rejects.toThrow('web exited with 3');
    const controller = new AbortController();
    world.fails = () => controller.abort(new CoveyError('cancelled', 'The caller is gone'));
    await expect(deploy({ requestId: 's', signal: controller.signal })).rejects.toThrow('is gone');
    expect(await history()).toMatchObject([
      { ...common, ...moved, outcome: 'failed', pending: false, error: { code: 'failed' } },
      { ...common, ...moved, id: 's', outcome: 'cancelled', pending: false },
    ]);
  });

  it('of which something is left is pending until another node has undone it', async () => {
    await given();
    const { world, deploy, recover } = cluster();
    world.away = true;
    world.fails = () => {
      throw new CoveyError('failed', 'web exited with 3');
    };
    await expect(deploy()).rejects.toThrow('Not all of it is undone yet');
    expect(await history()).toMatchObject([{ ...common, outcome: 'failed', pending: true }]);
    world.away = false;
    await recover();
    const error = { code: 'failed', message: expect.stringContaining('web exited with 3') };
    expect(await history()).toMatchObject([
      { ...common, ...moved, outcome: 'failed', pending: false, endedBy: 'n4', error },
    ]);
  });

  it('whose coordinator dies is put down by who undoes it, with who had asked', async () => {
    await given();
    const { world, life, deploy, recover } = cluster();
    world.fails = () => {
      life.dead = true;
    };
    await expect(deploy()).rejects.toThrow('dead');
    expect(await history()).toEqual([]);
    life.dead = false;
    await recover();
    const message = 'Its coordinator n3 was lost before it had ended.';
    expect(await history()).toMatchObject([
      { ...common, ...moved, outcome: 'failed', endedBy: 'n4', error: { code: 'unavailable', message } },
    ]);
  });

  it('that only looks, or was done before under its id, is not put down', async () => {
    const nothing = async () => undefined;
    const { deploy } = cluster();
    await deploy({ looksOnly: true }, () => Promise.reject(new CoveyError('conflict', 'no'))).catch(nothing);
    await deploy({}, nothing);
    await deploy({ kind: 'leave' }, () => Promise.reject(new CoveyError('failed', 'no'))).catch(nothing);
    expect(await kv.get(KEY)).toBeUndefined();
  });

  it('does not fail where the history cannot be read or written', async () => {
    await given();
    const { world, deploy } = cluster();
    world.unwritable = true;
    await deploy();
    expect(await kv.get(KEY)).toBeUndefined();
    world.unwritable = false;
    await kv.put(KEY, '{');
    await deploy({ requestId: 's' });
    expect(await history()).toMatchObject([{ id: 's', outcome: 'done' }]);
    expect(await createLocks(consul.client).holder(`lock/app/${APP}`)).toBeUndefined();
  });
});
