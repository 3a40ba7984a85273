import { describe, expect, it } from 'vitest';
import { APP_PREFIX, MAINTENANCE_PREFIX, OPERATIONS_PREFIX, RELEASES_PREFIX } from '../../../src/app/keys.ts';
import { CoveyError } from '../../../src/errors.ts';
import type { NodeStatus } from '../../../src/generated/covey/v1/NodeStatus.ts';
import { app } from '../../../src/handlers/app.ts';
import type { Deps } from '../../../src/handlers/deps.ts';
import { readApps } from '../../../src/proxy/view.ts';
import { memoryOf } from '../../support/memory.ts';

const NAME = 'shop_master.ddb14';
const VOLUME = 'shopmasterddb14_data';
const record = {
  ...{ repo_url: 'https://h/shop', branch: 'master', master: 'n1', slave: 'n2', deploy_id: 'id-1' },
  ...{ deploy_date: '2026-03-01T090000.000000', volumes: [VOLUME] },
};
const entry = (key: string, value: unknown, session?: string) => ({
  ...{
    key,
    value: typeof value === 'string' ? value : JSON.stringify(value),
    modifyIndex: 7,
    createIndex: 1,
  },
  ...(session !== undefined && { session }),
});
const web = { app: NAME, service: 'web', name: 'web-1', state: 'running', health: '' };
const volume = { app: NAME, volume: VOLUME, live: true, replicatedTo: 'n2', replicatedAt: Date.now() };
const n1: NodeStatus = { name: 'n1', reachable: true, containers: [web], volumes: [volume] };
const n2: NodeStatus = { name: 'n2', reachable: true };
const ended = {
  ...{ id: 'id-1', operation: 'deploy', by: 'alice', coordinator: 'n2', begun: 1, ended: 2 },
  ...{ outcome: 'done', pending: false },
};

interface Told {
  entries?: ReturnType<typeof entry>[];
  nodes?: NodeStatus[];
  snapshots?: () => Promise<object>;
}

/** What a peer tells of the app. */
async function asked({ entries = [], nodes = [n1, n2], snapshots = async () => ({}) }: Told, name = NAME) {
  const all = [
    entry(`app/${NAME}`, record),
    entry('app/blog_master.c83c5', { ...record, volumes: [] }),
    ...entries,
  ];
  // What comes last counts.
  const find = (key: string) => all.findLast((each) => each.key === key);
  const records = [...new Map(all.map((each) => [each.key, each])).values()];
  const view = {
    apps: readApps(records.filter(({ key }) => key.startsWith(APP_PREFIX))),
    maintenance: new Set(
      records
        .filter(({ key }) => key.startsWith(MAINTENANCE_PREFIX))
        .map(({ key }) => key.slice(MAINTENANCE_PREFIX.length)),
    ),
    members: [],
  };
  const deps = {
    kv: { get: async (key: string) => find(key) },
    memory: { ...memoryOf({ nodes }), view: () => view },
    nodes: { snapshots },
    bounds: { observe: 1_000 },
  } as unknown as Deps;
  const { signal } = new AbortController();
  return await app(deps)({ app: name }, { signal, caller: { name: 'alice', role: 'operator' } });
}

describe('an app', () => {
  it('is told of with all that there is of it, and of no other', async () => {
    const other = { ...web, app: 'blog_master.c83c5', state: 'dead' };
    const quarantine = { app: 'blog_master.c83c5', part: 'caddy', error: `clashes with ${NAME}` };
    const reply = await asked({
      nodes: [{ ...n1, containers: [web, other], quarantines: [quarantine] }, n2],
      entries: [
        entry(`maintenance/${NAME}`, ''),
        entry(`${OPERATIONS_PREFIX}${NAME}`, { operations: [{ ...ended, id: 'old' }, ended] }),
        entry(`${RELEASES_PREFIX}${NAME}`, {
          releases: [{ record: { ...record, commit: 'c1' }, images: { node: 'n1', ids: {} }, ended: null }],
        }),
      ],
    });
    expect(reply).toMatchObject({
      app: { name: NAME, master: 'n1', maintenance: true, generation: 7, error: '' },
      nodes: [
        { name: 'n1', role: 'master', reachable: true },
        { name: 'n2', role: 'slave', reachable: true },
      ],
      containers: [{ node: 'n1', ...web }],
      volumes: [{ volume: VOLUME, master: 'n1', slave: 'n2' }],
      releases: [{ deployId: 'id-1', commit: 'c1', endedAt: 0 }],
      releasesKnown: true,
      quarantines: [],
      lock: null,
      lastOperation: { app: NAME, id: 'id-1', by: 'alice', outcome: 'done' },
      problems: [],
    });
  });

  it('has its problems: what nodes refuse, what does not run, who does not answer, and what is not known', async () => {
    const away = { ...n2, reachable: false };
    const reply = await asked({
      nodes: [{ ...n1, containers: [], quarantines: [{ app: NAME, part: 'caddy', error: 'no' }] }, away],
      snapshots: () => Promise.reject(new CoveyError('timeout', 'too slow')),
      entries: [entry(`${OPERATIONS_PREFIX}${NAME}`, '{')],
    });
    expect(reply).toMatchObject({
      quarantines: [{ node: 'n1', part: 'caddy', error: 'no' }],
      releasesKnown: false,
      lastOperation: null,
      problems: [
        `${NAME} on n1: caddy: no`,
        `${NAME} does not run on its master n1`,
        'the peer of n2 does not answer',
        'what is there of its releases is not known: n1: too slow',
        `The history in ${OPERATIONS_PREFIX}${NAME} cannot be read.`,
      ],
    });
  });

  it('says of replicas that are late, and of releases that cannot be read', async () => {
    const late = { ...volume, replicatedAt: Date.now() - 3 * 3_600_000 - 60_000 };
    const reply = await asked({
      nodes: [{ ...n1, volumes: [late] }, n2],
      entries: [entry(`${RELEASES_PREFIX}${NAME}`, '{')],
    });
    expect(reply).toMatchObject({
      releases: [],
      problems: [
        expect.stringContaining(`replication of ${VOLUME} to n2 is late: last 3 h`),
        `The releases in ${RELEASES_PREFIX}${NAME} cannot be read.`,
      ],
    });
  });

  it('that is worked on says by whom and since when', async () => {
    const since = '2026-03-01T10:00:00.000Z';
    const holder = { node: 'n2', operation: 'deploy', requestId: 'r', since, by: 'bob' };
    const lock = (value: unknown, session?: string) =>
      asked({ entries: [entry(`lock/app/${NAME}`, value, session)] });
    expect(await lock(holder, 's')).toMatchObject({
      lock: { node: 'n2', operation: 'deploy', requestId: 'r', since: Date.parse(since), by: 'bob' },
    });
    expect((await lock({ ...holder, by: undefined }, 's')).lock).toMatchObject({ node: 'n2', by: '' });
    expect((await lock('by hand', 's')).lock).toEqual({});
    expect((await lock(holder)).lock).toBeNull();
  });

  it('whose record cannot be read shows why, and what runs', async () => {
    const reply = await asked({ entries: [entry(`app/${NAME}`, '{')] });
    const error = expect.stringContaining(`The record app/${NAME} is not valid JSON`);
    expect(reply).toMatchObject({
      ...{ app: { name: NAME, error }, nodes: [], volumes: [], releases: [], releasesKnown: false },
      containers: [{ node: 'n1', name: 'web-1' }],
      problems: [error],
    });
  });

  it('that is not there is named', async () => {
    await expect(asked({}, 'nope')).rejects.toMatchObject({
      code: 'not-found',
      message: 'There is no app nope.',
    });
  });
});
