import { describe, expect, it } from 'vitest';
import { parseRecord } from '../../../src/app/record.ts';
import type { LockHolder } from '../../../src/consul/lock-holder.ts';
import type { Container } from '../../../src/docker/engine.ts';
import { CoveyError, type ErrorCode } from '../../../src/errors.ts';
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
    code = 'unavailable',
  }: { containers?: Container[]; isLocked?: boolean; fails?: string; code?: ErrorCode },
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
        if (fails) throw new CoveyError(code, fails);
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
    [
      'does not mind what was run by hand and left there',
      view(),
      { containers: [container(), container({ oneOff: true, workingDir: '/deploy/a_m.1-old' })] },
      [],
    ],
    [
      'does not take it for the service either',
      view(),
      { containers: [container({ oneOff: true }), container({ oneOff: true, service: 'db' })] },
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

  it.each(['locked', 'cancelled'] as const)('says nothing where it gives way (%s)', async (code) => {
    expect((await follows(view(), { fails: 'by n3', code })).warnings).toEqual([]);
  });
});

/** How often it is tried within a few looks, each a second after the one before, at these views one after the other. */
async function tries(views: readonly View[], fails: CoveyError): Promise<number> {
  let looks = 0;
  let tried = 0;
  const enough = new AbortController();
  await followBalanced(
    {
      node: 'n1',
      engine: { containers: async () => [] },
      deployRoot: '/deploy',
      locks: { holder: async () => undefined },
      view: () => {
        if (looks === 3) enough.abort();
        return views[Math.min(looks++, views.length - 1)];
      },
      outdated: () => AbortSignal.abort(),
      follow: async () => {
        tried++;
        throw fails;
      },
      logger: createLogger({ level: 'silent' }),
    },
    enough.signal,
  );
  return tried;
}

/** A look for each state of app `b`, one after the other, while app `a` cannot follow; which of them were tried. */
async function besideOneThatFails(states: readonly Container['state'][]): Promise<string[]> {
  const [a] = view().apps;
  if (!a) return expect.unreachable();
  const shown = view({}, { apps: [a, { ...a, name: 'b_m.1' }] });
  const tried: string[] = [];
  let looks = 0;
  const enough = new AbortController();
  await followBalanced(
    {
      node: 'n1',
      engine: {
        containers: async (about) =>
          about?.project === 'bm1'
            ? [container({ workingDir: '/deploy/b_m.1-now', state: states[looks - 1] ?? '' })]
            : [],
      },
      deployRoot: '/deploy',
      locks: { holder: async () => undefined },
      view: () => {
        if (looks++ === states.length) enough.abort();
        return enough.signal.aborted ? undefined : shown;
      },
      outdated: () => AbortSignal.abort(),
      follow: async (app) => {
        tried.push(app);
        if (app === 'a_m.1') throw new CoveyError('failed', 'no such image');
      },
      logger: createLogger({ level: 'silent' }),
    },
    enough.signal,
  );
  return tried;
}

describe.concurrent('beside an app that cannot follow', () => {
  it('what somebody has stopped stays so', async () => {
    expect(await besideOneThatFails(['running', 'exited'])).toEqual(['a_m.1']);
  });

  it('what did not start with the machine is started once', async () => {
    expect(await besideOneThatFails(['exited', 'exited', 'exited'])).toEqual(['a_m.1', 'b_m.1']);
  });
});

describe.concurrent('what cannot follow', () => {
  const failure = new CoveyError('failed', 'no such image');
  const next = view();
  for (const app of next.apps) app.index = 2;

  it.each<[string, readonly View[], CoveyError, number]>([
    ['is not tried at each look', [view()], failure, 1],
    ['is tried at once when there is a new release', [view(), next], failure, 2],
    ['is tried at each look where it gave way', [view()], new CoveyError('cancelled', 'wanted'), 4],
  ])('%s', async (_what, views, thrown, expected) => {
    expect(await tries(views, thrown)).toBe(expected);
  });
});
