import { describe, expect, it } from 'vitest';
import { parseRecord } from '../../../src/app/record.ts';
import type { LockHolder } from '../../../src/consul/lock-holder.ts';
import type { Container } from '../../../src/docker/engine.ts';
import { CoveyError } from '../../../src/errors.ts';
import { createLogger } from '../../../src/logger.ts';
import { followDepartures } from '../../../src/peer/departures.ts';
import type { View } from '../../../src/proxy/view.ts';

const view = (
  ...apps: {
    name: string;
    master: string;
    slave?: string;
    commit?: string | undefined;
    volumes?: string[];
    balanced?: object;
  }[]
): View => ({
  apps: apps.map(({ name, ...record }) => ({
    name,
    index: 1,
    record: parseRecord(
      name,
      JSON.stringify({ repo_url: 'u', branch: 'm', slave: null, commit: 'c', deploy_id: 'now', ...record }),
    ),
  })),
  maintenance: new Set(),
  members: [],
});

const balanced = { nodes: ['n2', 'n1'], services: ['web'], hosts: [] };

/** Shows node n1 one view; the apps that it left. */
async function leaves(
  shown: View,
  node: {
    projects?: string[];
    live?: string[];
    folders?: string[];
    workingDir?: string;
    service?: string;
    locked?: string[];
    failing?: string[];
  },
) {
  const { projects = [], live = [], folders = [], locked = [], failing = [] } = node;
  const left: string[] = [];
  const warnings: string[] = [];
  await followDepartures(
    {
      node: 'n1',
      engine: {
        containers: async () =>
          projects.map(
            (project) =>
              ({
                project,
                workingDir: node.workingDir ?? '/deploy/x-old',
                service: node.service ?? 'web',
              }) as Container,
          ),
      },
      store: { list: async () => live },
      deployments: async () => (app: string) =>
        folders.filter((folder) => folder.startsWith(`/deploy/${app}-`)),
      deployRoot: '/deploy',
      locks: {
        holder: async (key) => (locked.includes(key) ? ({ node: 'n2' } as LockHolder) : undefined),
      },
      view: () => shown,
      outdated: () => new AbortController().signal,
      leave: async (app) => {
        if (failing.includes(app)) throw new CoveyError('unavailable', `cannot leave ${app}`);
        left.push(app);
      },
      logger: createLogger({ level: 'warn' }, { write: (line) => warnings.push(JSON.parse(line).msg) }),
    },
    // What is left to do is tried again later: the test does not wait for that.
    AbortSignal.timeout(200),
  );
  return { left, warnings };
}

describe('followDepartures', () => {
  it.each<[string, View, Parameters<typeof leaves>[1], string[]]>([
    [
      'leaves what runs here of another’s app',
      view({ name: 'a_m.1', master: 'n2' }),
      { projects: ['am1'] },
      ['a_m.1'],
    ],
    [
      'leaves live volumes of another’s app',
      view({ name: 'a_m.1', master: 'n2', volumes: ['am1_data'] }),
      { live: ['am1_data'] },
      ['a_m.1'],
    ],
    [
      'leaves folders of another’s app',
      view({ name: 'a_m.1', master: 'n2' }),
      { folders: ['/deploy/a_m.1-old'] },
      ['a_m.1'],
    ],
    [
      'keeps a slave’s folder, and the only one that it has',
      view({ name: 'a_m.1', master: 'n2', slave: 'n1' }, { name: 'b_m.1', master: 'n2', slave: 'n1' }),
      { folders: ['/deploy/a_m.1-now', '/deploy/b_m.1-old'] },
      [],
    ],
    [
      'leaves the other folders of a slave',
      view({ name: 'a_m.1', master: 'n2', slave: 'n1' }),
      { folders: ['/deploy/a_m.1-now', '/deploy/a_m.1-old'] },
      ['a_m.1'],
    ],
    [
      'keeps what only a hand has given to another: it is of the very release that the record names',
      view({ name: 'a_m.1', master: 'n2', volumes: ['am1_data'] }),
      { projects: ['am1'], live: ['am1_data'], workingDir: '/deploy/a_m.1-now' },
      [],
    ],
    [
      'keeps what it has as one of several nodes, of whatever release',
      view({ name: 'a_m.1', master: 'n2', balanced }),
      { projects: ['am1'], folders: ['/deploy/a_m.1-now', '/deploy/a_m.1-old'] },
      [],
    ],
    [
      'leaves what else one of several nodes has of it',
      view({ name: 'a_m.1', master: 'n2', balanced }, { name: 'b_m.1', master: 'n2', balanced }),
      { projects: ['am1'], service: 'db' },
      ['a_m.1'],
    ],
    ['keeps what is its own', view({ name: 'a_m.1', master: 'n1' }), { projects: ['am1'] }, []],
    [
      'has nothing to do where nothing is here',
      view({ name: 'a_m.1', master: 'n2' }),
      { projects: ['b'] },
      [],
    ],
    [
      'leaves alone what the original recorded',
      view({ name: 'a_m.1', master: 'n2', commit: undefined }),
      { projects: ['am1'] },
      [],
    ],
    [
      'leaves alone what an operation works on',
      view({ name: 'a_m.1', master: 'n2' }, { name: 'b_m.1', master: 'n2' }),
      { projects: ['am1', 'bm1'], locked: ['lock/app/a_m.1'] },
      ['b_m.1'],
    ],
  ])('%s', async (_, shown, node, expected) => {
    expect(await leaves(shown, node)).toEqual({ left: expected, warnings: [] });
  });

  it('lets no app that fails hinder another, and says so', async () => {
    const shown = view({ name: 'a_m.1', master: 'n2' }, { name: 'b_m.1', master: 'n2' });
    const { left, warnings } = await leaves(shown, { projects: ['am1', 'bm1'], failing: ['a_m.1'] });
    expect(left).toEqual(['b_m.1']);
    expect(warnings).toEqual([expect.stringContaining('cannot leave a_m.1')]);
  });
});
