import { describe, expect, it } from 'vitest';
import { identify } from '../../../src/app/identity.ts';
import { JOURNAL_PREFIX } from '../../../src/app/keys.ts';
import { createLocks } from '../../../src/consul/lock.ts';
import { CoveyError } from '../../../src/errors.ts';
import type { DestroyRequest__Output } from '../../../src/generated/covey/v1/DestroyRequest.ts';
import type { Deps } from '../../../src/handlers/deps.ts';
import { destroy } from '../../../src/handlers/destroy.ts';
import { obtain } from '../../../src/handlers/obtain.ts';
import { type Operation, operate } from '../../../src/handlers/operation.ts';
import { createLogger } from '../../../src/logger.ts';
import type { Performer } from '../../../src/plan/runner.ts';
import { consul, kv, useConsul } from '../../support/one-consul.ts';
import { mortal } from './mortal.ts';

const APP = 'foo_master.12345';
const COMMIT = '0123456789012345678901234567890123456789';
const fetch = {
  kind: 'fetch',
  folder: `/deploy/${APP}-r`,
  project: 'x',
  repo: 'https://git.example.com/x',
  branch: 'master',
  commit: '',
  from: '',
} as const;

useConsul();

const journal = () => kv.get(`${JOURNAL_PREFIX}${APP}`);

/** Nodes whose folders are in memory; n1 does not reach git. `crash` is what happens when n1 takes from n2. */
function cluster(crash: () => void = () => undefined) {
  const folders = new Set<string>();
  const coordinator = mortal(kv);
  const away = new Set<string>();
  const performer: Performer = {
    run: async ({ node, action }) => {
      if (action.kind !== 'fetch') throw new Error('only fetches are asked for');
      if (node === 'n1' && action.from === '') throw new CoveyError('unavailable', 'no way to git');
      folders.add(node);
      if (action.from !== '') crash();
      return { commit: COMMIT };
    },
    undo: async ({ node }) => {
      if (away.has(node)) throw new CoveyError('unavailable', `${node} does not answer`);
      coordinator.assertAlive();
      folders.delete(node);
    },
  };
  const deps = {
    node: 'n3',
    logger: createLogger({ level: 'silent' }),
    kv: coordinator.kv,
    acquire: createLocks(consul.client).acquire,
    members: async () => [],
    nodes: { performer: () => performer, version: async () => '1' },
    bounds: { undo: 1_000, acknowledge: 1_000, observe: 1_000 },
    observer: { operation: () => undefined },
  } as unknown as Deps;
  const operation = (kind: 'deploy' | 'recover', body: (operation: Operation) => Promise<void>) =>
    operate(
      deps,
      {
        app: APP,
        kind,
        requestId: 'r',
        by: 'alice',
        wait: false,
        looksOnly: false,
        givesUpMaster: false,
        signal: new AbortController().signal,
        emit: () => undefined,
      },
      body,
    );
  return {
    folders,
    operation,
    obtained: async (operation: Operation) =>
      void (await obtain({ operation, nodes: deps.nodes, master: 'n1', others: ['n2'], fetch })),
    unreachable: (node: string, is: boolean) => (is ? away.add(node) : away.delete(node)),
    die: () => {
      coordinator.life.dead = true;
    },
    live: () => {
      coordinator.life.dead = false;
    },
  };
}

describe('what was fetched before there is a plan', () => {
  it('is in the journal while it is fetched, and the journal ends with the operation', async () => {
    let seen = '';
    const { folders, operation, obtained } = cluster();
    await operation('deploy', async (given) => {
      await obtained(given);
      seen = (await journal())?.value ?? '';
      expect([...folders]).toEqual(['n1']);
      await given.forget('n1', 'fetch', fetch);
    });
    expect(seen).toContain('prepare-fetch@n1');
    expect(await journal()).toBeUndefined();
    expect([...folders]).toEqual([]);
  });

  it('is undone by the next holder of the lock where the coordinator died, on the helper too', async () => {
    const { folders, operation, obtained, die, live } = cluster(() => {
      die();
      throw new CoveyError('failed', 'the coordinator has died');
    });
    await expect(operation('deploy', obtained)).rejects.toThrow('has died');
    expect([...folders].sort()).toEqual(['n1', 'n2']);
    expect(await journal()).toBeDefined();
    live();
    await operation('recover', async () => undefined);
    expect([...folders]).toEqual([]);
    expect(await journal()).toBeUndefined();
  });

  it('stays in the journal where it could not be undone, for another try', async () => {
    const { folders, operation, obtained, unreachable } = cluster();
    await operation('deploy', async (given) => {
      await obtained(given);
      unreachable('n1', true);
      await given.forget('n1', 'fetch', fetch);
    });
    expect([...folders]).toEqual(['n1']);
    expect((await journal())?.value).toContain('prepare-fetch@n1');
    unreachable('n1', false);
    await operation('recover', async () => undefined);
    expect([...folders]).toEqual([]);
    expect(await journal()).toBeUndefined();
  });
});

describe('an app whose master is dead', () => {
  const { name } = identify(fetch.repo, 'master');
  const { signal } = new AbortController();

  /** Destroys the app, whose master is n1, with these nodes alive. */
  async function destroyed(live: string[], lost: boolean): Promise<void> {
    await kv.put(`app/${name}`, JSON.stringify({ repo_url: fetch.repo, branch: 'master', master: 'n1' }));
    const deps = {
      node: 'n2',
      logger: createLogger({ level: 'silent' }),
      kv,
      acquire: createLocks(consul.client).acquire,
      members: async () =>
        ['n1', 'n2'].map((node) => ({
          ...{ name: node, address: '', state: live.includes(node) ? 'alive' : 'failed' },
        })),
      nodes: { performer: () => ({ run: async () => ({}) }), awaitGeneration: async () => '' },
      bounds: { acknowledge: 1_000, undo: 1_000 },
      observer: { operation: () => undefined },
      faults: { reach: async () => undefined },
    } as unknown as Deps;
    const request = { repo: fetch.repo, branch: 'master', requestId: '', wait: false, lost };
    const call = { signal, caller: { name: 'alice', role: 'operator' } } as const;
    for await (const _ of destroy(deps)(request as DestroyRequest__Output, call));
  }

  it('is not destroyed as if it were alive', async () => {
    await expect(destroyed(['n2'], false)).rejects.toMatchObject({
      code: 'refused',
      message: `n1, the master of ${name}, is dead or cut off.`,
      hint: 'Bring n1 back first: it has the only copy of the newest data.',
    });
    expect(await kv.get(`app/${name}`)).toBeDefined();
    expect(await createLocks(consul.client).holder(`lock/app/${name}`)).toBeUndefined();
  });

  it('is given up as lost, and only then', async () => {
    await expect(destroyed(['n1', 'n2'], true)).rejects.toMatchObject({
      code: 'refused',
      message: `n1, the master of ${name}, is alive.`,
      hint: 'Destroy it without --lost.',
    });
    await destroyed(['n2'], true);
    expect(await kv.get(`app/${name}`)).toBeUndefined();
  });
});
