import { describe, expect, it } from 'vitest';
import { type AppRecord, parseRecord } from '../../../src/app/record.ts';
import type { Release } from '../../../src/app/release.ts';
import type { DeployInput } from '../../../src/plan/deploy-input.ts';
import { planDeploy } from '../../../src/plan/planner.ts';
import type { Survey } from '../../../src/plan/results.ts';

const survey = (more: Partial<Survey> = {}): Survey => ({
  ...{
    volumes: [],
    images: { web: 'sha256:old' },
    running: true,
    replicas: {},
    holds: true,
    containers: [],
    creates: false,
  },
  answers: { http: true, https: true },
  ...more,
});

interface Place {
  master?: string;
  slave?: string | null;
  nodes?: string[] | null;
  domains?: string[];
}

function record(deployId: string, { master = 'n1', slave = null, nodes, domains }: Place): AppRecord {
  return parseRecord(
    'shop',
    JSON.stringify({
      ...{ repo_url: 'u', branch: 'b', master, slave, deploy_id: deployId, commit: 'c' },
      domains: domains ?? ['a.example.com'],
      caddyfile: 'http://a.example.com {\n\treverse_proxy shop-web-1:80\n}\n',
      ct: { web: 'shop-web-1', db: 'shop-db-1' },
      balanced: nodes ? { nodes, services: ['web'], hosts: ['a.example.com'] } : null,
    }),
  );
}

function plan(before: Place | undefined, after: Place, more: Partial<DeployInput> = {}) {
  const volume = (full: string, replicated: boolean) => ({
    short: full,
    full,
    driver: 'd',
    replicated,
    labels: {},
  });
  const old = before && record('old', before);
  return planDeploy({
    coordinator: 'n4',
    identity: { name: 'shop', project: 'shop', repoUrl: 'u', branch: 'b' },
    folder: '/deploy/shop-new',
    root: '/deploy',
    existing: old && { name: 'shop', record: old, index: 5 },
    record: record('new', after),
    release: {
      ...{
        commit: 'new123456789',
        containers: {},
        checkUrls: [],
        serviceJson: '',
        beside: false,
        hasUpdateScript: false,
      },
      volumes: [volume('shop_cache', false), volume('shop_data', true)],
    } as unknown as Release,
    survey: survey(),
    oldSurvey: before?.master && before.master !== after.master ? survey() : undefined,
    update: false,
    inMaintenance: false,
    releases: [],
    live: ['n1', 'n2', 'n3', 'n4'],
    further: { n2: survey(), n3: survey() },
    fromReplica: false,
    now: 0,
    ...more,
  });
}

const ids = (...args: Parameters<typeof plan>) =>
  plan(...args).steps.map(({ id, afterCommit }) => (afterCommit ? `(${id})` : id));

describe('a deploy to several nodes', () => {
  it('of a new app brings it to all of them before it is recorded', () => {
    expect(ids(undefined, { nodes: ['n1', 'n2', 'n3'] })).toEqual([
      ...['build@n1', 'check@n1', 'fetch@n2', 'build@n2', 'fetch@n3', 'build@n3'],
      ...['start@n2', 'health@n2', 'start@n3', 'health@n3'],
      ...['start@n1', 'retain@n1', 'health@n1', 'register@n1', 'commit@n4', '(acknowledge@n4)'],
    ]);
  });

  it('rolls over them, one after the other, and nobody waits', () => {
    expect(ids({ nodes: ['n1', 'n2', 'n3'] }, { nodes: ['n1', 'n2', 'n3'] })).toEqual([
      ...['build@n1', 'check@n1', 'fetch@n2', 'build@n2', 'fetch@n3', 'build@n3'],
      ...['balance-out@n2', 'stop@n2', 'start@n2', 'health@n2', 'balance-in@n2'],
      ...['balance-out@n3', 'stop@n3', 'start@n3', 'health@n3', 'balance-in@n3'],
      ...['balance-out@n1', 'stop@n1', 'start@n1', 'retain@n1', 'health@n1', 'register@n1', 'balance-in@n1'],
      ...['commit@n4', '(acknowledge@n4)', '(clear@n1)', '(clear@n2)', '(clear@n3)'],
    ]);
  });

  it('takes of other nodes these services alone', () => {
    const { steps } = plan({ nodes: ['n1', 'n2'] }, { nodes: ['n1', 'n2'] });
    const actions = Object.fromEntries(steps.map(({ id, action }) => [id, action]));
    expect(actions['fetch@n2']).toMatchObject({
      folder: '/deploy/shop-new',
      commit: 'new123456789',
      from: 'n1',
    });
    expect(actions['build@n2']).toMatchObject({ services: ['web'], images: { web: 'sha256:old' } });
    expect(actions['stop@n2']).toMatchObject({
      folder: '/deploy/shop-old',
      services: ['web'],
      running: true,
    });
    // the replicated one is not theirs to remove
    expect(actions['start@n2']).toMatchObject({ services: ['web'], newVolumes: ['shop_cache'] });
    expect(actions['health@n2']).toMatchObject({
      sites: [{ container: 'shop-web-1', port: 80, http: true }],
    });
    expect(actions['balance-in@n2']).toMatchObject({ in: true, index: 5 });
    expect(actions['clear@n2']).toMatchObject({ folder: '/deploy/shop-new', everything: false, volumes: [] });
    expect(actions['start@n1']).not.toHaveProperty('services');
  });

  it.each<[string, Place]>([
    ['not all sites are on several nodes', { domains: ['a.example.com', 'b.example.com'] }],
    ['they were on the master alone before', { nodes: null }],
  ])('lets requests wait for the master where %s', (_why, before) => {
    const steps = ids({ nodes: ['n1', 'n2'], ...before }, { nodes: ['n1', 'n2'] });
    expect(steps).toContain('hold@n1');
    expect(steps).not.toContain('balance-out@n1');
    expect(steps.indexOf('health@n2')).toBeLessThan(steps.indexOf('hold@n1'));
  });

  it('lets them wait where no other node answers', () => {
    const further = { n2: survey({ running: false }) };
    expect(ids({ nodes: ['n1', 'n2'] }, { nodes: ['n1', 'n2'] }, { further })).toContain('hold@n1');
    expect(ids({ nodes: ['n1', 'n2'] }, { nodes: ['n1', 'n2'] }, { further: {} })).toContain('hold@n1');
  });

  it.each<[string, Survey['answers']]>([
    ['has not all certificates', { http: true, https: false }],
    ['does not answer', { http: false, https: false }],
    ['is of an older version and does not tell', undefined],
  ])('lets them wait where the only other node %s', (_why, answers) => {
    const further = { n2: survey({ answers }) };
    const steps = ids({ nodes: ['n1', 'n2'] }, { nodes: ['n1', 'n2'] }, { further });
    expect(steps).toContain('hold@n1');
    expect(steps).not.toContain('balance-out@n1');
    expect(steps.indexOf('balance-in@n2')).toBeLessThan(steps.indexOf('hold@n1'));
  });

  it.each<[string, Partial<Survey>]>([
    ['runs nothing', { running: false, answers: { http: false, https: false } }],
    ['begins again and again', { running: true, answers: { http: false, https: false } }],
  ])('changes the master first where that %s: the others go on until it answers', (_why, master) => {
    const nodes = { nodes: ['n1', 'n2', 'n3'] };
    expect(ids(nodes, { nodes: ['n1', 'n2'] }, { survey: survey(master) })).toEqual([
      ...['build@n1', 'check@n1', 'fetch@n2', 'build@n2'],
      ...['balance-out@n1', 'stop@n1', 'start@n1', 'retain@n1', 'health@n1', 'register@n1', 'balance-in@n1'],
      ...['balance-out@n2', 'stop@n2', 'start@n2', 'health@n2', 'balance-in@n2'],
      ...['balance-out@n3', 'commit@n4', '(acknowledge@n4)', '(clear@n1)', '(clear@n2)', '(clear@n3)'],
    ]);
  });

  it('changes it first also where it runs, and other sites wait for it', () => {
    const before = { nodes: ['n1', 'n2'], domains: ['a.example.com', 'b.example.com'] };
    const crashing = survey({ answers: { http: false, https: false } });
    const steps = ids(before, { nodes: ['n1', 'n2'] }, { survey: crashing });
    expect(steps).not.toContain('balance-out@n1');
    expect(steps.indexOf('hold@n1')).toBeLessThan(steps.indexOf('start@n1'));
    expect(steps.indexOf('health@n1')).toBeLessThan(steps.indexOf('balance-out@n2'));
  });

  it('moves to a node that answers already before others change, where the old master does not run', () => {
    const before = { master: 'n1', nodes: ['n1', 'n2', 'n3'] };
    const after = { master: 'n2', nodes: ['n2', 'n1', 'n3'] };
    const dead = survey({ running: false });
    const steps = ids(before, after, { oldSurvey: dead });
    expect(steps.indexOf('balance-in@n2')).toBeLessThan(steps.indexOf('balance-out@n3'));
    expect(steps.indexOf('balance-out@n3')).toBeLessThan(steps.indexOf('commit@n4'));
  });

  it('begins with the others where all nodes are down', () => {
    const down = survey({ running: false });
    const steps = ids(
      { nodes: ['n1', 'n2'] },
      { nodes: ['n1', 'n2'] },
      { survey: down, further: { n2: down } },
    );
    expect(steps.indexOf('start@n2')).toBeLessThan(steps.indexOf('start@n1'));
  });

  it('goes on without a node that does not answer, and says so', () => {
    const { steps, warnings } = plan(
      { nodes: ['n1', 'n2', 'n3'] },
      { nodes: ['n1', 'n2', 'n3'] },
      { further: { n2: survey() } },
    );
    expect(steps.filter(({ node }) => node === 'n3')).toEqual([]);
    expect(warnings).toEqual([
      'n3 takes no part now: it starts web of this release by itself, as soon as it can.',
    ]);
  });

  it('leaves a node that is none of them any more out before, and clears it then', () => {
    const steps = ids({ nodes: ['n1', 'n2', 'n3'] }, { nodes: ['n1', 'n2'] });
    expect(steps.slice(steps.indexOf('balance-in@n1'))).toEqual([
      ...['balance-in@n1', 'balance-out@n3', 'commit@n4', '(acknowledge@n4)'],
      ...['(clear@n1)', '(clear@n2)', '(clear@n3)'],
    ]);
    const last = plan({ nodes: ['n1', 'n2', 'n3'] }, { nodes: ['n1', 'n2'] }).steps.at(-1);
    expect(last?.action).toMatchObject({ everything: true, folder: '' });
  });

  it('ends them all where the label is gone', () => {
    const steps = ids({ nodes: ['n1', 'n2'] }, { nodes: null });
    expect(steps).toContain('hold@n1');
    expect(steps.slice(-5)).toEqual([
      ...['balance-out@n2', 'commit@n4', '(acknowledge@n4)', '(clear@n1)', '(clear@n2)'],
    ]);
  });

  it('moves to a node that has the services already: they make room, and the old master follows by itself', () => {
    const before = { master: 'n1', nodes: ['n1', 'n2', 'n3'] };
    const after = { master: 'n2', nodes: ['n2', 'n1', 'n3'] };
    expect(ids(before, after)).toEqual([
      ...['build@n2', 'check@n2', 'fetch@n3', 'build@n3'],
      ...['balance-out@n3', 'stop@n3', 'start@n3', 'health@n3', 'balance-in@n3'],
      ...['certificates@n2', 'balance-out@n1', 'balance-out@n2', 'stop@n2', 'stop@n1', 'register@n1'],
      ...['start@n2', 'retain@n2', 'health@n2', 'register@n2', 'balance-in@n2'],
      ...['commit@n4', '(acknowledge@n4)', '(clear@n2)', '(clear@n1)', '(clear@n3)'],
    ]);
    expect(plan(before, after).warnings.at(-1)).toBe(
      'n1 takes no part now: it starts web of this release by itself, as soon as it can.',
    );
    const cleared = plan(before, after).steps.find(({ id }) => id === 'clear@n1');
    expect(cleared?.action).toMatchObject({ everything: true, folder: '/deploy/shop-new' });
  });

  it('keeps its containers where the slave becomes one of several', () => {
    const { steps } = plan({ slave: 'n2' }, { nodes: ['n1', 'n2'] });
    expect(steps.find(({ id }) => id === 'clear@n2')?.action).toMatchObject({ everything: false });
  });

  it('gets a release that the slave has fetched by itself but once', () => {
    const fetches = ids(undefined, { slave: 'n2', nodes: ['n1', 'n2'] }).filter((id) => id === 'fetch@n2');
    expect(fetches).toHaveLength(1);
  });
});
