import { describe, expect, it } from 'vitest';
import type { Container } from '../../../src/docker/engine.ts';
import { CoveyError } from '../../../src/errors.ts';
import type { ActionDeps } from '../../../src/plan/actions/action.ts';
import { createActions } from '../../../src/plan/actions/table.ts';
import type { Action } from '../../../src/plan/steps.ts';

const options = {
  signal: new AbortController().signal,
  report: () => undefined,
  mandate: { app: 'foo', fence: 1, operation: 'o' },
};

/** The new master of `foo`, with a container of another app, in memory. Docker removes no volume that a container has. */
function node({ fails }: { fails?: CoveyError } = {}) {
  const containers = new Map<string, { project: string; volumes: string[]; state?: string }>([
    ['other', { project: 'other', volumes: [] }],
  ]);
  const live = new Map<string, string>();
  const provisional = new Set<string>();
  const local = new Set<string>();
  const allowed = new Set<string>();
  const did: string[] = [];
  const kept: string[] = [];

  const make = (what: string) => {
    did.push(`${what}, allowed: ${[...allowed].join(' ') || 'none'}`);
    if (!containers.has('web')) containers.set('web', { project: 'foo', volumes: ['foo_db', 'foo_cache'] });
    local.add('foo_cache');
  };
  const remove = (volume: string) => {
    provisional.delete(volume);
    return live.delete(volume);
  };
  const deps = {
    compose: {
      create: async () => {
        make('create');
        if (fails) throw fails;
      },
      up: async () => make('up'),
    },
    engine: {
      containers: async ({ project, volume = '' }: { project?: string; volume?: string }) =>
        [...containers]
          .filter(([, of]) => (project === undefined ? of.volumes.includes(volume) : of.project === project))
          .map(
            ([id, { state = 'created' }]) =>
              ({ id, name: id, state, dependsOn: [] as string[] }) as Container,
          ),
      stopContainer: async () => undefined,
      removeContainer: async (id: string) => void containers.delete(id),
      volumes: async () => [...live.keys(), ...local],
      removeVolume: async (volume: string) => {
        if ([...containers.values()].some(({ volumes }) => volumes.includes(volume)))
          throw new CoveyError('conflict', `${volume} is in use`);
        local.delete(volume);
        remove(volume);
      },
    },
    store: {
      exists: async (volume: string) => live.has(volume),
      provisional: async () => [...provisional],
      restore: async (volume: string, snapshot: string, about: { provisional?: boolean }) => {
        if (live.has(volume) && !provisional.has(volume)) kept.push(volume);
        live.set(volume, snapshot);
        provisional.delete(volume);
        if (about.provisional) provisional.add(volume);
        return { from: snapshot, kept: null };
      },
      remove: async (volume: string) => remove(volume),
    },
    mounts: {
      allow: (volumes: readonly string[]) => {
        for (const each of volumes) allowed.add(each);
      },
      revoke: (volumes: readonly string[]) => {
        for (const each of volumes) allowed.delete(each);
      },
    },
    dockerConfig: '',
  } as unknown as ActionDeps;
  const left = () => ({
    containers: [...containers.keys()],
    volumes: [...live.keys(), ...local],
    provisional: [...provisional],
    allowed: [...allowed],
  });
  return { ...createActions(deps), containers, live, provisional, kept, did, left };
}

const place = { folder: '/deploy/foo-new', project: 'foo' };
const create: Action = {
  ...{ kind: 'create', ...place, from: 'send-first@n1', scripted: false },
  ...{ volumes: ['foo_db'], snapshots: { foo_db: 'foo_db@first' }, newVolumes: ['foo_cache'] },
};
const adopt: Action = {
  ...{ kind: 'adopt', project: 'foo', from: 'send@n1', present: [] },
  ...{ volumes: ['foo_db'], snapshots: { foo_db: 'foo_db@last' } },
};
const script: Action = { kind: 'script', ...place, script: 'update.sh', args: [], newVolumes: ['foo_cache'] };
const start: Action = { kind: 'start', ...place, newVolumes: ['foo_cache'] };

const nothing = { containers: ['other'], volumes: [], provisional: [], allowed: [] };

describe('the containers of a move', () => {
  it('are made on provisional volumes, which are mounted for that alone, and twice is as once', async () => {
    const { run, did, left } = node();
    for (let i = 0; i < 2; i++) await run(create, options);
    expect(did).toEqual(['create, allowed: foo_db', 'create, allowed: foo_db']);
    expect(left()).toEqual({
      containers: ['other', 'web'],
      volumes: ['foo_db', 'foo_cache'],
      provisional: ['foo_db'],
      allowed: [],
    });
  });

  it('are started on what is put in place of them, of which nothing is kept', async () => {
    const { run, did, live, kept, left } = node();
    for (const each of [create, adopt, start]) await run(each, options);
    expect(did).toEqual(['create, allowed: foo_db', 'up, allowed: foo_db']);
    expect([live.get('foo_db'), kept, left().provisional]).toEqual(['foo_db@last', [], []]);
  });

  it('that somebody has started meanwhile fail it: they would go on writing to what was provisional', async () => {
    const { run, undo, containers, live, left } = node();
    await run(create, options);
    containers.set('web', { project: 'foo', volumes: ['foo_db', 'foo_cache'], state: 'running' });
    await expect(run(adopt, options)).rejects.toMatchObject({
      code: 'refused',
      message: 'foo_db is mounted by web, which the app is not stopped with.',
    });
    expect(live.get('foo_db')).toBe('foo_db@first');
    for (const each of [adopt, create]) await undo(each, undefined, options);
    expect(left()).toEqual(nothing);
  });

  it('do not touch a volume that has come meanwhile, nor does the undo', async () => {
    const { run, undo, live, left } = node();
    live.set('foo_db', 'data');
    await run(create, options);
    expect(live.get('foo_db')).toBe('data');
    await undo(create, undefined, options);
    expect(left()).toEqual({ ...nothing, volumes: ['foo_db'] });
  });

  it('that cannot be made fail the move, and nothing may be mounted any more', async () => {
    const { run, undo, left } = node({ fails: new CoveyError('failed', 'no such network') });
    await expect(run(create, options)).rejects.toMatchObject({ message: 'no such network' });
    expect(left().allowed).toEqual([]);
    await undo(create, undefined, options);
    expect(left()).toEqual(nothing);
  });

  it('that cannot be made before update.sh are left to the start', async () => {
    const said: string[] = [];
    const report = (_: number, detail: string) => void said.push(detail);
    const { run, left } = node({ fails: new CoveyError('failed', 'secret.txt is missing') });
    await run({ ...create, scripted: true }, { ...options, report });
    expect(said).toEqual(['none is made before update.sh: secret.txt is missing']);
    expect(left()).toEqual(nothing);
    const gone = node({ fails: new CoveyError('unavailable', 'no Docker') });
    await expect(gone.run({ ...create, scripted: true }, options)).rejects.toMatchObject({
      code: 'unavailable',
    });
  });
});

describe('a move that is undone', () => {
  const chain = [create, adopt, script, start];
  it.each(chain.map((last, index) => [last.kind, chain.slice(0, index + 1)] as const))(
    'from %s on leaves nothing, whether that was done, and also if it is undone again',
    async (_, begun) => {
      for (const isDone of [true, false]) {
        const { run, undo, left } = node();
        const done = isDone ? begun : begun.slice(0, -1);
        // There is no script in the folder, so it does nothing.
        for (const each of done) await run(each, options);
        for (let i = 0; i < 2; i++) {
          // The coordinator may have died before it wrote the results down.
          for (const each of begun.toReversed()) await undo(each, undefined, options);
          expect(left()).toEqual(nothing);
        }
      }
    },
  );

  it('where the last undo did not get through once goes on with the same', async () => {
    const { run, undo, left } = node();
    for (const each of [create, adopt, start]) await run(each, options);
    await undo(start, undefined, options);
    await undo(adopt, undefined, options);
    await undo(start, undefined, options);
    await undo(adopt, undefined, options);
    await undo(create, undefined, options);
    expect(left()).toEqual(nothing);
  });
});
