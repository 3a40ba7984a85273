import { describe, expect, it } from 'vitest';
import { planDestroy } from '../../../src/plan/destroy.ts';
import { type App, actionOf, type Case, full, identity, ids, plan, record } from './cases.ts';

describe('a takeover from the replica', () => {
  const lost: Case = {
    before: { master: 'n1', slave: 'n2', volumes: ['a', 'gone'], urls: ['http://a'] },
    after: { master: 'n2', slave: 'n3', volumes: ['a', 'new'], urls: ['http://a'] },
    live: ['n2', 'n3', 'n4'],
    replicas: ['a', 'gone'],
    coordinator: 'n4',
  };

  it('asks nothing of the old master, and starts on the replicas', () => {
    const all = plan(lost);
    expect(all.steps.filter(({ node }) => node === 'n1')).toEqual([]);
    expect(ids(all)).toEqual([
      'fetch@n3',
      'build@n2',
      'check@n2',
      'adopt@n2',
      'start@n2',
      'retain@n2',
      'health@n2',
      'register@n2',
      'commit@n4',
      'acknowledge@n4',
      'clear@n2',
    ]);
    const [a] = full(['a']);
    expect(actionOf(all, 'adopt@n2')).toMatchObject({
      volumes: [a],
      snapshots: { [`${a}`]: `${a}@then` },
      from: '',
      present: [],
    });
    expect(actionOf(all, 'start@n2')?.newVolumes).toEqual(full(['new']));
  });

  it('says how old the data is, and what becomes of the rest', () => {
    const [a, gone] = full(['a', 'gone']);
    expect(plan(lost).warnings).toEqual([
      `${a}: the newest replica on n2 is 1 h old (${a}@then); later data is lost to the app.`,
      'n1 is not alive: when it is back, its copy is stopped, and its data kept as a snapshot that covey status names.',
      `${gone} is no longer declared: it goes, a snapshot stays.`,
    ]);
  });

  it('tells of the volumes that are lost with the old master, since they were never replicated', () => {
    const [cache] = full(['cache']);
    expect(plan({ ...lost, after: { ...lost.after, local: ['cache'] } }).warnings).toContain(
      `${cache} is not replicated: it is removed from n1, and n2 gets an empty one.`,
    );
  });

  it('says so where it is not the slave that takes over', () => {
    const all = plan({
      ...lost,
      before: { ...lost.after, master: 'n1', slave: 'n3' },
      replicas: ['a', 'new'],
    });
    expect(all.warnings).toContain('The slave is n3: its replica may be newer.');
    expect(plan(lost).warnings.join()).not.toContain('may be newer');
  });

  it('puts aside what is live on the new master, and brings it back if it is undone', () => {
    expect(actionOf(plan({ ...lost, held: full(['a']) }), 'adopt@n2')?.present).toEqual(full(['a']));
  });

  it('of an app without volumes only starts it elsewhere', () => {
    const all = plan({ before: { master: 'n1' }, after: { master: 'n2' }, live: ['n2'], replicas: [] });
    expect(ids(all)).not.toContain('adopt@n2');
    expect(ids(all)).toContain('start@n2');
  });
});

describe('a destroy', () => {
  const held = (app: App) => ({
    volumes: full(app.volumes),
    images: {},
    running: true,
    replicas: {},
    containers: [],
    holds: true,
    creates: true,
  });
  const destroy = (app: App, live: string[], { lost = false } = {}) =>
    planDestroy({
      coordinator: 'n4',
      root: '/deploy',
      project: identity.project,
      existing: { name: identity.name, record: record(app, 'old'), index: 5 },
      live,
      releases: [],
      survey: lost ? null : held(app),
    });
  const app: App = { master: 'n1', slave: 'n2', volumes: ['a'], urls: ['http://a'] };

  it('does without a master that is lost, and says what stays', () => {
    const all = destroy(app, ['n3', 'n2'], { lost: true });
    expect(ids(all)).toEqual(['commit@n4', 'acknowledge@n4', 'clear@n2', 'clear@n3']);
    expect(all.warnings).toEqual([`n1 is not alive: what it holds of ${identity.name} stays there.`]);
  });

  it('stops, removes the record, then what is left on every live node', () => {
    const all = destroy(app, ['n3', 'n1', 'n2']);
    expect(ids(all)).toEqual([
      'stop@n1',
      'register@n1',
      'commit@n4',
      'acknowledge@n4',
      'clear@n1',
      'clear@n2',
      'clear@n3',
      'prune@n1',
    ]);
    expect(all.warnings).toEqual([]);
    for (const node of ['n1', 'n2', 'n3'] as const) {
      expect(actionOf(all, `clear@${node}`)).toMatchObject({
        everything: true,
        volumes: full(['a']),
        folder: '',
      });
    }
    expect(actionOf(all, 'register@n1')).toMatchObject({ urls: null, before: ['http://a'] });
  });

  it('leaves out a dead slave, and says so', () => {
    const all = destroy(app, ['n1', 'n4']);
    expect(ids(all).filter((id) => id.startsWith('clear'))).toEqual(['clear@n1', 'clear@n4']);
    expect(all.warnings).toEqual([expect.stringMatching(/^n2 is not alive/)]);
  });
});

describe('an automatic takeover', () => {
  const fence = { kind: 'fence', holder: 'n1', incarnation: 'x', counter: 3, notBefore: 0 } as const;
  const lost: Case = {
    before: { master: 'n1', slave: 'n2', volumes: ['a'], takeover: true },
    after: { master: 'n2', volumes: ['a'], takeover: true },
    live: ['n2', 'n3', 'n4'],
    replicas: ['a'],
    coordinator: 'n2',
    fence,
  };

  it('takes the lease of the old master before anything of the app is touched or started', () => {
    const all = plan(lost);
    expect(ids(all).slice(0, 5)).toEqual(['build@n2', 'check@n2', 'fence@n2', 'adopt@n2', 'start@n2']);
    expect(actionOf(all, 'fence@n2')).toEqual(fence);
  });

  it('pulls no image that is there', () => {
    expect(actionOf(plan(lost), 'build@n2')?.missing).toBe(true);
    const { fence: _, ...asked } = lost;
    expect(actionOf(plan(asked), 'build@n2')?.missing).toBeUndefined();
  });
});

describe('a slave that may take over by itself', () => {
  const deployed = (takeover: boolean, live?: string[]): Case => ({
    before: { master: 'n1', slave: 'n2', volumes: ['a'] },
    after: { master: 'n1', slave: 'n2', volumes: ['a'], takeover },
    ...(live && { live }),
  });

  it('has the images built once all is recorded', () => {
    const all = ids(plan(deployed(true)));
    expect(all.indexOf('build-ready@n2')).toBeGreaterThan(all.indexOf('commit@n4'));
    expect(ids(plan(deployed(false)))).not.toContain('build-ready@n2');
  });

  it('that is away is not waited for', () => {
    expect(ids(plan(deployed(true, ['n1', 'n3', 'n4'])))).not.toContain('build-ready@n2');
  });
});
