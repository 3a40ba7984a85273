import { describe, expect, it } from 'vitest';
import { type AppRecord, parseRecord } from '../../../src/app/record.ts';
import type { LockHolder } from '../../../src/consul/lock-holder.ts';
import type { Container } from '../../../src/docker/engine.ts';
import { CoveyError } from '../../../src/errors.ts';
import { createLogger } from '../../../src/logger.ts';
import { type BootDeps, converge } from '../../../src/peer/boot.ts';
import { newEntry } from '../../../src/plan/journal.ts';
import type { Action, Plan } from '../../../src/plan/steps.ts';
import type { View, ViewedApp } from '../../../src/proxy/view.ts';

const app = (name: string, master: string, more: Partial<AppRecord> = {}): ViewedApp => ({
  name,
  index: 1,
  record: parseRecord(
    name,
    JSON.stringify({ repo_url: `https://h/${name}`, branch: 'm', master, deploy_id: 'id', ...more }),
  ),
});
const broken = (name: string): ViewedApp => ({ name, index: 1, error: 'no JSON' });
const view = (...apps: ViewedApp[]): View => ({ apps, maintenance: new Set(), members: [] });

const container = (name: string, project: string, more: Partial<Container> = {}): Container => ({
  id: `id of ${name}`,
  name,
  project,
  service: 'web',
  workingDir: `/deploy/${project}-id`,
  oneOff: false,
  state: 'running',
  health: 'none',
  networks: {},
  hostNetwork: false,
  aliases: {},
  startedAt: new Date(),
  restarts: 0,
  restartable: false,
  exitCode: 0,
  image: 'i',
  imageId: 'sha256:i',
  number: 1,
  mounts: [],
  ...more,
});

/** What a coordinator left that had begun to restore on the node. */
function journal(node: string, committed: boolean): string {
  const action: Action = { kind: 'restore', project: 'a', snapshots: {}, kept: {}, from: '', present: [] };
  const steps = [{ id: `restore@${node}`, node, title: 'restore', afterCommit: false, action }];
  const plan: Plan = { app: 'a', operation: 'restore', steps, warnings: [] };
  const entry = newEntry({ requestId: 'r', coordinator: node, plan, prepared: [] });
  return JSON.stringify({ ...entry, begun: steps.map(({ id }) => id), committed });
}

interface Node {
  containers?: Container[];
  locked?: string[];
  consulIsAway?: boolean;
  failing?: string[];
  /** What it knew when it last ran. */
  remembered?: View;
  /** What is in the journals of apps. */
  journals?: Record<string, string>;
  /** Volumes in its store. */
  present?: string[];
  /** Short names of those that the services of each release use. */
  used?: string[];
}

/** Converges node n1, and tells what was done, in order. */
async function did(wanted: View, node: Node) {
  const {
    containers = [],
    locked = [],
    consulIsAway,
    failing = [],
    remembered,
    journals = {},
    present = [],
    used = [],
  } = node;
  const done: string[] = [];
  const errors: { app: string; msg: string }[] = [];
  const act = async (what: string) => {
    if (failing.includes(what)) throw new CoveyError('failed', `${what} does not work`);
    done.push(what);
  };
  const deps: BootDeps = {
    node: 'n1',
    deployRoot: '/deploy',
    engine: {
      containers: async ({ project } = {}) =>
        containers.filter((each) => project === undefined || each.project === project),
      stopContainer: (id) => act(`stop ${id.replace('id of ', '')}`),
    } as Partial<BootDeps['engine']> as BootDeps['engine'],
    compose: {
      up: (folder, project, options) =>
        act(`up ${folder} ${project}${options?.underscores ? ' with underscores' : ''}`),
      config: async () => ({ services: {}, volumes: Object.fromEntries(used.map((name) => [name, {}])) }),
    } as Partial<BootDeps['compose']> as BootDeps['compose'],
    store: { list: async () => present },
    kv: {
      get: async (key) => {
        if (consulIsAway) throw new CoveyError('unavailable', 'no leader');
        const value = journals[key];
        return value === undefined ? undefined : { key, value, modifyIndex: 1, createIndex: 1 };
      },
    },
    locks: {
      holder: async (key) => {
        if (consulIsAway) throw new CoveyError('unavailable', 'no leader');
        return locked.includes(key) ? ({ node: 'n2' } as LockHolder) : undefined;
      },
    },
    lease: { covers: () => false, forbids: () => false },
    logger: createLogger(
      { level: 'error' },
      { write: (line) => errors.push(JSON.parse(line) as { app: string; msg: string }) },
    ),
    signal: new AbortController().signal,
  };
  const waiting = await converge(deps, wanted, remembered);
  return { done, errors, waiting };
}

describe('converge', () => {
  it.each<[string, View, Node, string[]]>([
    ['starts what it is master of', view(app('foo', 'n1')), {}, ['up /deploy/foo-id foo']],
    [
      'starts an app of an old record in its folder by date',
      view(app('foo', 'n1', { deploy_id: undefined, deploy_date: '2018-01-02T030405.000006' })),
      {},
      ['up /deploy/foo@2018-01-02T030405.000006 foo'],
    ],
    [
      'starts containers of compose 1 under their names',
      view(app('foo', 'n1', { ct: { web: 'foo_web_1' } })),
      {},
      ['up /deploy/foo-id foo with underscores'],
    ],
    ['lets run what runs', view(app('foo', 'n1')), { containers: [container('web', 'foo')] }, []],
    [
      'starts what is down in part',
      view(app('foo', 'n1')),
      { containers: [container('web', 'foo'), container('db', 'foo', { state: 'exited', exitCode: 137 })] },
      ['up /deploy/foo-id foo'],
    ],
    [
      'takes a task that did its work for running',
      view(app('foo', 'n1')),
      { containers: [container('web', 'foo'), container('task', 'foo', { state: 'exited' })] },
      [],
    ],
    [
      'starts a service that was told to stop',
      view(app('foo', 'n1')),
      {
        containers: [container('web', 'foo'), container('db', 'foo', { state: 'exited', restartable: true })],
      },
      ['up /deploy/foo-id foo'],
    ],
    [
      'starts an app of which nothing runs',
      view(app('foo', 'n1')),
      { containers: [container('web', 'foo', { state: 'exited' })] },
      ['up /deploy/foo-id foo'],
    ],
    [
      'starts what ended well, but with the machine',
      view(app('foo', 'n1')),
      {
        containers: [
          container('web', 'foo'),
          container('db', 'foo', { state: 'exited', startedAt: new Date(0) }),
        ],
      },
      ['up /deploy/foo-id foo'],
    ],
    ['leaves alone what is another’s and not here', view(app('foo', 'n2')), {}, []],
    [
      'stops what is another node’s',
      view(app('foo', 'n2')),
      { containers: [container('web', 'foo'), container('db', 'foo', { state: 'restarting' })] },
      ['stop web', 'stop db'],
    ],
    [
      'stops what it is only the slave of',
      view(app('foo', 'n2', { slave: 'n1' })),
      { containers: [container('web', 'foo')] },
      ['stop web'],
    ],
    [
      'stops what was destroyed while it was away',
      view(app('bar', 'n2')),
      { containers: [container('web', 'foo')], remembered: view(app('foo', 'n1'), app('bar', 'n2')) },
      ['stop web'],
    ],
    [
      'leaves alone what it has never known: it may be just being deployed',
      view(app('bar', 'n2')),
      { containers: [container('web', 'foo')], remembered: view(app('bar', 'n2')) },
      [],
    ],
    [
      'stops nothing where there are no records at all: those are lost, not the apps',
      view(),
      { containers: [container('web', 'foo')], remembered: view(app('foo', 'n1')) },
      [],
    ],
    [
      'does not stop what is stopped already',
      view(app('foo', 'n2')),
      {
        containers: [
          container('web', 'foo', { state: 'exited' }),
          container('db', 'foo', { state: 'created' }),
        ],
      },
      [],
    ],
    [
      'leaves what it has as one of several nodes, but of an older release, and stops the rest',
      view(app('foo', 'n2', { balanced: { nodes: ['n2', 'n1'], services: ['web'], hosts: [] } })),
      {
        containers: [
          container('web', 'foo'),
          container('web-2', 'foo', { workingDir: '/deploy/foo-old' }),
          container('db', 'foo', { service: 'db' }),
        ],
      },
      ['stop web-2', 'stop db'],
    ],
    [
      'touches no container that is not from the deploy folder',
      view(),
      {
        containers: [
          container('web', 'foo', { workingDir: '/home/ann/foo' }),
          container('db', 'foo', { workingDir: '/deployed/foo' }),
          container('plain', '', { workingDir: '' }),
        ],
      },
      [],
    ],
    [
      'neither starts nor stops an app whose record cannot be read',
      view(broken('foo')),
      { containers: [container('web', 'foo')] },
      [],
    ],
    [
      'leaves alone what an operation works on',
      view(app('foo', 'n1'), app('bar', 'n2')),
      { containers: [container('web', 'bar')], locked: ['lock/app/foo', 'lock/app/bar'] },
      [],
    ],
    [
      'leaves alone what is to be undone here, and only that: the undo starts it by itself',
      view(...['a', 'b', 'c', 'd'].map((name) => app(name, 'n1'))),
      {
        journals: {
          'covey/journal/a': journal('n1', false),
          'covey/journal/b': journal('n2', false),
          'covey/journal/c': journal('n1', true),
          'covey/journal/d': '{',
        },
      },
      ['up /deploy/b-id b', 'up /deploy/c-id c', 'up /deploy/d-id d'],
    ],
    [
      'works without Consul too: no operation runs then',
      view(app('foo', 'n1'), app('bar', 'n2')),
      { containers: [container('web', 'bar')], consulIsAway: true },
      ['stop web', 'up /deploy/foo-id foo'],
    ],
    [
      'starts what has its volumes, or names one that no service uses',
      view(app('foo', 'n1', { volumes: ['foo_db', 'foo_unused'] })),
      { present: ['foo_db'], used: ['db'] },
      ['up /deploy/foo-id foo'],
    ],
    [
      'stops all that is not its own before it starts anything',
      view(app('a', 'n1'), app('z_m.1', 'n2')),
      { containers: [container('z-web', 'zm1')] },
      ['stop z-web', 'up /deploy/a-id a'],
    ],
  ])('%s', async (_, wanted, node, expected) => {
    const { done, errors } = await did(wanted, node);
    expect({ done, errors }).toEqual({ done: expected, errors: [] });
  });

  it('does not start an app on nothing where a volume is lost, and says what to do', async () => {
    const { done, errors, waiting } = await did(
      view(app('foo', 'n1', { volumes: ['foo_db', 'foo_files'], slave: 'n2' }), app('bar', 'n1')),
      { present: ['foo_files'], used: ['db', 'files'] },
    );
    expect({ done, waiting }).toEqual({ done: ['up /deploy/bar-id bar'], waiting: ['foo'] });
    expect(errors).toEqual([
      expect.objectContaining({
        app: 'foo',
        msg: expect.stringMatching(/n1 is the master and has lost foo_db\. .*--master n2 --from-replica/),
      }),
    ]);
  });

  it('gives for another try what is its own and locked, or did not start', async () => {
    const { waiting } = await did(view(app('a', 'n1'), app('b', 'n1'), app('c', 'n1'), app('d', 'n2')), {
      locked: ['lock/app/a', 'lock/app/d'],
      failing: ['up /deploy/b-id b'],
    });
    expect(waiting).toEqual(['a', 'b']);
  });

  it('lets no app that fails hinder the others, and names it', async () => {
    const { done, errors } = await did(view(app('a', 'n1'), app('b', 'n1'), app('c', 'n2')), {
      containers: [container('c-web', 'c')],
      failing: ['stop c-web', 'up /deploy/a-id a'],
    });
    expect(done).toEqual(['up /deploy/b-id b']);
    expect(errors).toEqual([
      expect.objectContaining({ app: 'c', msg: expect.stringContaining('stop c-web does not work') }),
      expect.objectContaining({ app: 'a', msg: expect.stringContaining('up /deploy/a-id a does not work') }),
    ]);
  });
});
