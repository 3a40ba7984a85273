import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AppRecord } from '../../../src/app/record.ts';
import type { Release, Volume } from '../../../src/app/release.ts';
import type { ActionDeps } from '../../../src/plan/actions/action.ts';
import { start, stop } from '../../../src/plan/actions/containers.ts';
import { adopt, snapshot } from '../../../src/plan/actions/data.ts';
import { fetch, script } from '../../../src/plan/actions/release.ts';
import { register } from '../../../src/plan/actions/routes.ts';
import { planDestroy } from '../../../src/plan/destroy.ts';
import { type DeployInput, planDeploy } from '../../../src/plan/planner.ts';
import { type Action, type ActionKind, actionSchema, type Plan } from '../../../src/plan/steps.ts';

const NODES = ['n1', 'n2', 'n3', 'n4'];
const NOW = Date.UTC(2026, 0, 2);
const identity = {
  repoUrl: 'https://git.example.com/x/foo',
  branch: 'master',
  name: 'foo_master.12345',
  project: 'foomaster12345',
};

const volume = (short: string, replicated = true): Volume => ({
  short,
  full: `${identity.project}_${short}`,
  driver: replicated ? 'ours' : 'local',
  replicated,
  labels: {},
});

interface App {
  master: string;
  slave?: string | null;
  /** Short names of replicated volumes, and of local ones. */
  volumes?: string[];
  local?: string[];
  urls?: string[];
}

const full = (names: string[] = []) => names.map((name) => volume(name).full);
const record = ({ master, slave = null, volumes, urls = [] }: App, id: string): AppRecord => ({
  repo_url: identity.repoUrl,
  branch: identity.branch,
  master,
  slave,
  ip: '10.0.0.1',
  deploy_id: id,
  deploy_date: '',
  domains: [],
  urls: urls.join(','),
  caddyfile: '',
  haproxy: {},
  ct: {},
  volumes: full(volumes),
});
const release = ({ volumes = [], local = [], urls = [] }: App, hasUpdateScript = true): Release => ({
  commit: '0123456789abcdef',
  containers: {},
  volumes: [...volumes.map((name) => volume(name)), ...local.map((name) => volume(name, false))],
  caddyfile: '',
  urls,
  domains: [],
  haproxy: {},
  hasUpdateScript,
  hasPostMigrateScript: false,
  checkUrls: [],
  serviceJson: '',
});

interface Case {
  before?: App;
  after: App;
  update?: boolean;
  script?: boolean;
  live?: string[];
  coordinator?: string;
  /** Full names of the volumes that are on the master. */
  held?: string[];
  /** The old master is lost; short names of the volumes that the new one has replicas of, an hour old. */
  replicas?: string[];
}

const input = ({
  before,
  after,
  update = false,
  script = true,
  live,
  coordinator,
  held,
  replicas,
}: Case): DeployInput => ({
  coordinator: coordinator ?? 'n4',
  identity,
  folder: `/deploy/${identity.name}-new`,
  root: '/deploy',
  existing: before && { name: identity.name, record: record(before, 'old'), index: 5 },
  record: record(after, 'new'),
  release: release(after, script),
  survey:
    before && before.master === after.master
      ? {
          volumes: held ?? full(before.volumes),
          images: { 'foo:latest': 'sha256:1' },
          running: true,
          replicas: {},
        }
      : {
          volumes: held ?? [],
          images: {},
          running: false,
          replicas: Object.fromEntries(
            full(replicas).map((name) => [name, { snapshot: `${name}@then`, at: NOW - 3_600_000 }]),
          ),
        },
  oldSurvey:
    before && before.master !== after.master && !replicas
      ? {
          volumes: full([...(before.volumes ?? []), ...(before.local ?? [])]),
          images: { 'foo:latest': 'sha256:1' },
          running: true,
          replicas: {},
        }
      : undefined,
  update,
  history: [],
  live: live ?? NODES,
  fromReplica: replicas !== undefined,
  now: NOW,
});
const plan = (each: Case): Plan => planDeploy(input(each));
const ids = ({ steps }: Plan) => steps.map(({ id }) => id);
const actionOf = <K extends ActionKind>({ steps }: Plan, id: `${K}@${string}`) =>
  steps.find((step) => step.id === id)?.action as Extract<Action, { kind: K }> | undefined;

const FRONT = ['build@n1', 'check@n1'];
const RUN = ['start@n1', 'health@n1', 'retain@n1', 'register@n1', 'commit@n4', 'acknowledge@n4'];

describe('a deploy', () => {
  it.each<[string, Case, string[]]>([
    ['of a new app', { after: { master: 'n1' } }, [...FRONT, ...RUN]],
    [
      'of a new app with volumes: there is nothing to keep yet',
      { after: { master: 'n1', volumes: ['data'] } },
      [...FRONT, ...RUN],
    ],
    ['of a new app with a slave', { after: { master: 'n1', slave: 'n2' } }, ['fetch@n2', ...FRONT, ...RUN]],
    [
      'again, without volumes',
      { before: { master: 'n1' }, after: { master: 'n1' } },
      [...FRONT, 'stop@n1', ...RUN, 'clear@n1'],
    ],
    [
      'again, with volumes',
      { before: { master: 'n1', volumes: ['data'] }, after: { master: 'n1', volumes: ['data'] } },
      [...FRONT, 'stop@n1', 'snapshot@n1', ...RUN, 'clear@n1'],
    ],
    [
      'again, with the same slave',
      { before: { master: 'n1', slave: 'n2' }, after: { master: 'n1', slave: 'n2' } },
      ['fetch@n2', ...FRONT, 'stop@n1', ...RUN, 'clear@n1', 'clear@n2'],
    ],
    [
      'that adds a slave',
      { before: { master: 'n1' }, after: { master: 'n1', slave: 'n2' } },
      ['fetch@n2', ...FRONT, 'stop@n1', ...RUN, 'clear@n1'],
    ],
    [
      'that changes the slave',
      { before: { master: 'n1', slave: 'n2' }, after: { master: 'n1', slave: 'n3' } },
      ['fetch@n3', ...FRONT, 'stop@n1', ...RUN, 'clear@n1', 'clear@n2'],
    ],
    [
      'that drops the slave',
      { before: { master: 'n1', slave: 'n2' }, after: { master: 'n1' } },
      [...FRONT, 'stop@n1', ...RUN, 'clear@n1', 'clear@n2'],
    ],
    [
      'that drops a dead slave',
      { before: { master: 'n1', slave: 'n2' }, after: { master: 'n1' }, live: ['n1', 'n4'] },
      [...FRONT, 'stop@n1', ...RUN, 'clear@n1'],
    ],
    [
      'with volumes that appear',
      { before: { master: 'n1' }, after: { master: 'n1', volumes: ['data'] } },
      [...FRONT, 'stop@n1', 'snapshot@n1', ...RUN, 'clear@n1'],
    ],
    [
      'with volumes that go',
      { before: { master: 'n1', volumes: ['data'] }, after: { master: 'n1' } },
      [...FRONT, 'stop@n1', 'snapshot@n1', ...RUN, 'clear@n1'],
    ],
    [
      'that swaps master and slave',
      {
        before: { master: 'n1', slave: 'n2', volumes: ['d'] },
        after: { master: 'n2', slave: 'n1', volumes: ['d'] },
      },
      [
        'fetch@n1',
        'build@n2',
        'check@n2',
        'send-first@n1',
        'stop@n1',
        'send@n1',
        'adopt@n2',
        'register@n1',
        'start@n2',
        'health@n2',
        'retain@n2',
        'register@n2',
        'commit@n4',
        'acknowledge@n4',
        'clear@n2',
        'clear@n1',
      ],
    ],
    [
      'to a third node without a slave',
      { before: { master: 'n1', slave: 'n2', volumes: ['d'] }, after: { master: 'n3', volumes: ['d'] } },
      [
        'build@n3',
        'check@n3',
        'send-first@n1',
        'stop@n1',
        'send@n1',
        'adopt@n3',
        'register@n1',
        'start@n3',
        'health@n3',
        'retain@n3',
        'register@n3',
        'commit@n4',
        'acknowledge@n4',
        'clear@n3',
        'clear@n1',
        'clear@n2',
      ],
    ],
    [
      'to another node, of an app without data',
      { before: { master: 'n1' }, after: { master: 'n2' } },
      [
        'build@n2',
        'check@n2',
        'stop@n1',
        'register@n1',
        'start@n2',
        'health@n2',
        'retain@n2',
        'register@n2',
        'commit@n4',
        'acknowledge@n4',
        'clear@n2',
        'clear@n1',
      ],
    ],
    [
      'with update.sh, after the snapshots and before the start',
      { before: { master: 'n1', volumes: ['d'] }, after: { master: 'n1', volumes: ['d'] }, update: true },
      [...FRONT, 'stop@n1', 'snapshot@n1', 'script@n1', ...RUN, 'clear@n1'],
    ],
    [
      'that asks for update.sh where there is none',
      { after: { master: 'n1' }, update: true, script: false },
      [...FRONT, ...RUN],
    ],
  ])('%s', (_, each, expected) => {
    expect(ids(plan(each))).toEqual(expected);
  });

  it('run by its master has the same steps', () => {
    expect(ids(plan({ after: { master: 'n1' }, coordinator: 'n1' }))).toEqual(
      [...FRONT, ...RUN].map((id) => id.replace('n4', 'n1')),
    );
  });

  it('gives the slave the very commit that was inspected', () => {
    expect(actionOf(plan({ after: { master: 'n1', slave: 'n2' } }), 'fetch@n2')).toMatchObject({
      repo: identity.repoUrl,
      branch: 'master',
      commit: '0123456789abcdef',
      folder: `/deploy/${identity.name}-new`,
    });
  });

  it('stops the old release in its own folder, with the names of its images', () => {
    expect(actionOf(plan({ before: { master: 'n1' }, after: { master: 'n1' } }), 'stop@n1')).toEqual({
      kind: 'stop',
      folder: `/deploy/${identity.name}-old`,
      project: identity.project,
      images: { 'foo:latest': 'sha256:1' },
      running: true,
    });
  });

  it('keeps snapshots of what was and of what will be', () => {
    const changed = plan({
      before: { master: 'n1', volumes: ['a', 'b'] },
      after: { master: 'n1', volumes: ['b', 'c'] },
    });
    expect(actionOf(changed, 'snapshot@n1')?.volumes).toEqual(full(['a', 'b', 'c']));
  });

  it('may take back only volumes that were not there', () => {
    const each = plan({
      before: { master: 'n1', volumes: ['a'] },
      after: { master: 'n1', volumes: ['a', 'b', 'c'], local: ['cache', 'tmp'] },
      held: full(['a', 'c', 'tmp']),
    });
    expect(actionOf(each, 'start@n1')?.newVolumes).toEqual(full(['b', 'cache']));
  });

  it('removes and warns of volumes that are no longer declared, here and on the slave that stays', () => {
    const each = plan({
      before: { master: 'n1', slave: 'n2', volumes: ['a', 'b'] },
      after: { master: 'n1', slave: 'n2', volumes: ['b'] },
    });
    const folder = `/deploy/${identity.name}-new`;
    expect(actionOf(each, 'clear@n1')).toMatchObject({ everything: false, volumes: full(['a']), folder });
    expect(actionOf(each, 'clear@n2')).toMatchObject({ everything: false, volumes: full(['a']), folder });
    expect(each.warnings).toEqual([expect.stringContaining(`${identity.project}_a is no longer declared`)]);
  });

  it('removes everything from a slave that is none any more', () => {
    const each = plan({
      before: { master: 'n1', slave: 'n2', volumes: ['a'] },
      after: { master: 'n1', slave: 'n3', volumes: ['a'] },
    });
    expect(actionOf(each, 'clear@n2')).toMatchObject({ everything: true, folder: '', volumes: full(['a']) });
  });

  it('moves the volumes that both releases declare, and says which are there already', () => {
    const each = plan({
      before: { master: 'n1', volumes: ['a', 'b'] },
      after: { master: 'n2', volumes: ['b', 'c'], local: ['cache'] },
      held: full(['b']),
    });
    // Again and again while the app runs, and once when it stands still.
    expect(actionOf(each, 'send-first@n1' as 'send@n1')).toMatchObject({ volumes: full(['b']), rounds: 5 });
    expect(actionOf(each, 'send@n1')).toMatchObject({ volumes: full(['b']), to: 'n2', rounds: 1 });
    expect(actionOf(each, 'adopt@n2')).toMatchObject({
      volumes: full(['b']),
      from: 'send@n1',
      present: full(['b']),
    });
    expect(actionOf(each, 'start@n2')?.newVolumes).toEqual(full(['c', 'cache']));
    expect(actionOf(each, 'clear@n1')).toMatchObject({
      everything: true,
      folder: '',
      volumes: full(['a', 'b']),
    });
    expect(each.warnings).toEqual([expect.stringContaining(`${identity.project}_a is no longer declared`)]);
  });

  it('warns of volumes that are not replicated: they do not move', () => {
    const before = { master: 'n1', volumes: ['a'], local: ['cache'] };
    const moved = plan({ before, after: { ...before, master: 'n2' } });
    expect(moved.warnings).toEqual([
      `${identity.project}_cache is not replicated: it is removed from n1, and n2 gets an empty one.`,
    ]);
    expect(plan({ before, after: before }).warnings).toEqual([]);
  });

  it('leaves the old master its folder where it becomes the slave, and nothing live', () => {
    const each = plan({
      before: { master: 'n1', slave: 'n2', volumes: ['a'] },
      after: { master: 'n2', slave: 'n1', volumes: ['a'] },
    });
    const folder = `/deploy/${identity.name}-new`;
    expect(actionOf(each, 'clear@n1')).toMatchObject({ everything: true, folder, volumes: full(['a']) });
    expect(actionOf(each, 'clear@n2')).toMatchObject({ everything: false, folder, volumes: [] });
  });

  it('registers the new addresses, and would go back to the old ones', () => {
    const before = { master: 'n1', urls: ['http://a', 'http://b'] };
    const after = { master: 'n1', urls: ['http://b', 'http://c'] };
    expect(actionOf(plan({ before, after }), 'register@n1')).toMatchObject({
      urls: after.urls,
      before: before.urls,
    });
    expect(actionOf(plan({ after }), 'register@n1')).toMatchObject({ before: null });
  });

  it('registers URLs besides the addresses, and service.json; an old record and a move go back to what was', () => {
    const given = input({
      before: { master: 'n1', urls: ['http://a'] },
      after: { master: 'n1', urls: ['http://a'] },
    });
    const [own, old] = ['{"name": "new"}', '{"name": "old"}'];
    const asked = { ...given.record, check_urls: ['http://b/', 'http://a'], service_json: own };
    expect(actionOf(planDeploy({ ...given, record: asked }), 'register@n1')).toEqual({
      kind: 'register',
      name: identity.name,
      urls: ['http://a', 'http://b/'],
      definition: own,
      before: ['http://a'],
      definitionBefore: '',
    });
    const moving = input({ before: { master: 'n1' }, after: { master: 'n2' } });
    if (!moving.existing) throw new Error('a move has a record');
    moving.existing.record = { ...moving.existing.record, check_urls: ['http://b/'], service_json: old };
    const moved = planDeploy({ ...moving, record: { ...moving.record, service_json: own } });
    expect(actionOf(moved, 'register@n1')).toMatchObject({
      urls: null,
      definition: '',
      before: ['http://b/'],
      definitionBefore: old,
    });
    expect(actionOf(moved, 'register@n2')).toMatchObject({ definition: own, before: null });

    // a takeover asks nothing of the old master, and an undo leaves nothing on the new one
    const taking = input({ before: { master: 'n1' }, after: { master: 'n2' }, live: ['n2'], replicas: [] });
    const taken = planDeploy({ ...taking, record: { ...taking.record, service_json: own } });
    expect(actionOf(taken, 'register@n1')).toBeUndefined();
    expect(actionOf(taken, 'register@n2')).toMatchObject({
      definition: own,
      before: null,
      definitionBefore: '',
    });
  });

  it('reads a registration from the journal of a version that knew only addresses', () => {
    const written = { kind: 'register', name: 'foo', urls: ['http://a'], before: null };
    expect(actionSchema.parse(written)).toEqual({ ...written, definition: '', definitionBefore: '' });
  });

  it.each([
    ['again', { master: 'n1', slave: 'n2' }],
    ['that swaps master and slave', { master: 'n2', slave: 'n1' }],
    ['of a new app', undefined],
  ])('%s lets the slave take the release from the master, at its commit', (_what, before) => {
    const all = plan({ ...(before ? { before } : {}), after: { master: 'n1', slave: 'n2' } });
    const { commit } = release({ master: 'n1' });
    expect(actionOf(all, 'fetch@n2')).toMatchObject({ from: 'n1', commit });
    expect(all.steps.find(({ id }) => id === 'fetch@n2')?.title).toBe('fetch 0123456789 from n1');
    expect(all.steps.filter(({ action }) => action.kind === 'fetch')).toHaveLength(1);
  });

  it('gives update.sh the repository and the branch', () => {
    expect(actionOf(plan({ after: { master: 'n1' }, update: true }), 'script@n1')).toMatchObject({
      script: 'update.sh',
      args: ['-r', identity.repoUrl, '-b', 'master'],
    });
  });
});

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
      'health@n2',
      'retain@n2',
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
  const destroy = (app: App, live: string[]) =>
    planDestroy({
      coordinator: 'n4',
      root: '/deploy',
      project: identity.project,
      existing: { name: identity.name, record: record(app, 'old'), index: 5 },
      live,
      history: [],
      survey: { volumes: full(app.volumes), images: {}, running: true, replicas: {} },
    });
  const app: App = { master: 'n1', slave: 'n2', volumes: ['a'], urls: ['http://a'] };

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

describe('every plan', () => {
  const names = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 3 });
  const app = (master: string): fc.Arbitrary<App> =>
    fc.record({
      master: fc.constant(master),
      slave: fc.option(fc.constantFrom(...NODES.filter((node) => node !== master))),
      volumes: names,
      urls: fc.uniqueArray(fc.constantFrom('http://a', 'http://b')),
    });
  const cases: fc.Arbitrary<Case> = fc.constantFrom(...NODES).chain(
    (master) =>
      fc.record({
        before: fc.option(fc.constantFrom(...NODES).chain(app), { nil: undefined }),
        after: app(master),
        update: fc.boolean(),
        script: fc.boolean(),
        live: fc.subarray(NODES),
        coordinator: fc.constantFrom(...NODES),
        held: names.map(full),
      }) as fc.Arbitrary<Case>,
  );
  // Both masters are alive: without them there is no plan.
  const plans = cases.map((some) => {
    const masters = [some.after.master, ...(some.before ? [some.before.master] : [])];
    const each = { ...some, live: [...new Set([...(some.live ?? []), ...masters])] };
    return { each, plan: plan(each) };
  });
  const holds = (predicate: (plan: Plan, each: Case) => void) =>
    fc.assert(fc.property(plans, ({ plan, each }) => predicate(plan, each)));

  /** The actions that can be undone, as the action table has them. */
  const undoable = () => {
    const deps = {} as ActionDeps;
    const made = {
      fetch: fetch(deps),
      stop: stop(deps),
      snapshot: snapshot(deps),
      adopt: adopt(deps),
      script: script(deps),
      start: start(deps),
      register: register(deps),
    };
    return new Set(Object.entries(made).flatMap(([kind, { undo }]) => (undo ? [kind] : [])));
  };

  it('has each id once, made of what is done and where', () => {
    holds(({ steps }) => {
      expect(new Set(steps.map(({ id }) => id)).size).toBe(steps.length);
      for (const { id, node, action } of steps)
        expect(id.replace('-first@', '@')).toBe(`${action.kind}@${node}`);
    });
  });

  it('marks what comes after the commit, and only that', () => {
    holds(({ steps }) => {
      const commit = steps.findIndex(({ action }) => action.kind === 'commit');
      expect(steps.map(({ afterCommit }) => afterCommit)).toEqual(steps.map((_, index) => index > commit));
      expect(steps[commit + 1]?.action.kind).toBe('acknowledge');
      expect(steps.filter(({ action }) => action.kind === 'commit')).toHaveLength(1);
    });
  });

  it('can undo whatever stops or writes before the commit', () => {
    const known = undoable();
    // These change nothing that runs or is kept: `build` leaves the names of images, which the undo of `stop` gives back, and
    // `retain` one name more.
    const harmless = new Set<ActionKind>(['build', 'check', 'health', 'retain', 'commit', 'send']);
    holds(({ steps }) => {
      const kinds = steps.filter(({ afterCommit }) => !afterCommit).map(({ action }) => action.kind);
      for (const kind of kinds) {
        if (!harmless.has(kind)) expect(known).toContain(kind);
      }
    });
  });

  it('builds and checks before it stops anything, and clears only after the commit', () => {
    holds(({ steps }) => {
      const at = (kind: ActionKind) => steps.findIndex(({ action }) => action.kind === kind);
      if (at('stop') >= 0) {
        expect(at('build')).toBeLessThan(at('stop'));
        expect(at('check')).toBeLessThan(at('stop'));
        expect(at('stop')).toBeLessThan(at('start'));
      }
      for (const { action, afterCommit } of steps)
        if (action.kind === 'clear') expect(afterCommit).toBe(true);
    });
  });

  it('never clears what the new record names', () => {
    holds(({ steps }, { before, after }) => {
      const kept = new Set([after.master, after.slave]);
      for (const { node, action } of steps) {
        if (action.kind !== 'clear' || !kept.has(node)) continue;
        expect(action.folder).toBe(`/deploy/${identity.name}-new`);
        // A master that becomes the slave keeps snapshots, and nothing live.
        if (node === before?.master && node !== after.master) continue;
        expect(action.everything).toBe(false);
        for (const gone of action.volumes) expect(full(after.volumes)).not.toContain(gone);
      }
    });
  });

  it('asks nothing of a node that is dead, but for the slave that was asked for', () => {
    holds(({ steps }, { live = [], after, coordinator }) => {
      for (const { node } of steps) expect([...live, after.slave, coordinator]).toContain(node);
    });
  });
});
