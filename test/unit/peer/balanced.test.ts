import { describe, expect, it } from 'vitest';
import { parseRecord } from '../../../src/app/record.ts';
import type { LockHolder } from '../../../src/consul/lock-holder.ts';
import type { Container } from '../../../src/docker/engine.ts';
import { CoveyError } from '../../../src/errors.ts';
import { createLogger } from '../../../src/logger.ts';
import { followBalanced } from '../../../src/peer/balanced.ts';
import type { View } from '../../../src/proxy/view.ts';

const view = (more: object = {}, rest: Partial<View> = {}): View => ({
  apps: [
    {
      name: 'a_m.1',
      index: 1,
      record: parseRecord(
        'a_m.1',
        JSON.stringify({
          ...{ repo_url: 'u', branch: 'm', master: 'n2', commit: 'c', deploy_id: 'now' },
          balanced: { nodes: ['n2', 'n1'], services: ['web'], hosts: [] },
          ...more,
        }),
      ),
    },
  ],
  maintenance: new Set(),
  members: [],
  ...rest,
});
const container = (more: Partial<Container> = {}) =>
  ({ service: 'web', workingDir: '/deploy/a_m.1-now', state: 'running', ...more }) as Container;

/** Shows node n1 one view; the apps that it brought to their release, and what it warned of. */
async function follows(
  shown: View,
  {
    containers = [],
    isLocked = false,
    fails = '',
  }: { containers?: Container[]; isLocked?: boolean; fails?: string },
) {
  const followed: string[] = [];
  const warnings: string[] = [];
  await followBalanced(
    {
      node: 'n1',
      engine: { containers: async () => containers },
      deployRoot: '/deploy',
      locks: { holder: async () => (isLocked ? ({ node: 'n2' } as LockHolder) : undefined) },
      view: () => shown,
      outdated: () => new AbortController().signal,
      follow: async (app) => {
        if (fails) throw new CoveyError('unavailable', fails);
        followed.push(app);
      },
      logger: createLogger({ level: 'warn' }, { write: (line) => warnings.push(JSON.parse(line).msg) }),
    },
    // What is left to do is tried again later: the test does not wait for that.
    AbortSignal.timeout(200),
  );
  return { followed, warnings };
}

describe('followBalanced', () => {
  it.each<[string, View, Parameters<typeof follows>[1], string[]]>([
    ['starts what this node was away for', view(), {}, ['a_m.1']],
    ['leaves what is as recorded', view(), { containers: [container()] }, []],
    [
      'brings an older release to the recorded one',
      view(),
      { containers: [container({ workingDir: '/deploy/a_m.1-old' })] },
      ['a_m.1'],
    ],
    [
      'starts what did not start with the machine',
      view(),
      { containers: [container({ state: 'exited' })] },
      ['a_m.1'],
    ],
    ['leaves it to an operation that is at work', view(), { isLocked: true }, []],
    [
      'waits until what is left of the whole app is gone',
      view(),
      { containers: [container({ workingDir: '/deploy/a_m.1-old' }), container({ service: 'db' })] },
      [],
    ],
    [
      'puts back what an operation that died had taken out',
      view({}, { balance: new Map([['a_m.1', { out: 'gone' }]]) }),
      { containers: [container()] },
      ['a_m.1'],
    ],
    ['has nothing to do on the master', view({ master: 'n1' }), {}, []],
    ['has nothing to do where the app is on others', view({ balanced: null }), {}, []],
  ])('%s', async (_what, shown, about, expected) => {
    expect((await follows(shown, about)).followed).toEqual(expected);
  });

  it('says what keeps it from that', async () => {
    expect(await follows(view(), { fails: 'n2 is away' })).toEqual({
      followed: [],
      warnings: ['its services are not as recorded yet: n2 is away'],
    });
  });
});
