import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AppRecord, parseRecord } from '../../../src/app/record.ts';
import type { Release } from '../../../src/app/release.ts';
import type { PastRelease } from '../../../src/app/releases.ts';
import { planRollback, type RollbackInput } from '../../../src/plan/rollback.ts';
import type { Action, ActionKind, Plan } from '../../../src/plan/steps.ts';
import { assertSnapshotName } from '../../../src/volumes/snapshot-name.ts';

const NOW = Date.UTC(2026, 2, 1, 12);
const identity = { repoUrl: 'r', branch: 'b', name: 'shop', project: 'shop' };
const then = (volume: string) => `${volume}@2026-03-01T10:00:00.000000`;

const record = (id: string, volumes: string[], slave: string | null): AppRecord => ({
  ...parseRecord('shop', JSON.stringify({ repo_url: 'r', branch: 'b', master: 'n1', slave })),
  deploy_id: id,
  deploy_date: id === 'old' ? '2026-02-01T100000.000000' : '2026-03-01T100000.000000',
  commit: `${id}56789abcdef`,
  volumes,
});

interface Case {
  /** Volumes that the present release declares, the target does, and the node has. */
  present?: string[];
  target?: string[];
  held?: string[];
  /** Volumes of which the target has a snapshot. */
  kept?: string[];
  slave?: string | null;
  live?: string[];
  codeOnly?: boolean;
  /** Volume -> snapshot, of when the target ended. */
  ended?: Record<string, string>;
  images?: RollbackInput['images'];
}

function input(each: Case = {}): RollbackInput {
  const { present = ['db'], target = ['db'], held = present, kept = ['db'], slave = null } = each;
  const { live = ['n1', 'n2', 'n4'], codeOnly = false, images = { web: 'sha256:old' }, ended = {} } = each;
  const past: PastRelease = {
    record: record('old', target, slave),
    images: { node: 'n1', ids: { web: 'sha256:old' } },
    ended: { at: NOW, snapshots: ended },
  };
  const volume = (full: string) => ({ short: full, full, driver: 'ours', replicated: true, labels: {} });
  return {
    coordinator: 'n4',
    identity,
    folder: '/deploy/shop-next',
    root: '/deploy',
    existing: { name: 'shop', record: record('new', present, slave), index: 5 },
    record: record('next', target, slave),
    release: { commit: 'old56789abcdef', volumes: target.map(volume) } as Release,
    survey: {
      volumes: held,
      images: { web: 'sha256:new' },
      running: true,
      replicas: {},
      holds: true,
      containers: [],
      creates: false,
    },
    inMaintenance: false,
    further: {},
    releases: [past],
    target: past,
    choices: codeOnly
      ? []
      : kept
          .filter((full) => target.includes(full))
          .map((full) => ({ volume: full, snapshot: assertSnapshotName(then(full)) })),
    codeOnly,
    images,
    live,
    now: NOW,
  };
}
const plan = (each?: Case) => planRollback(input(each));
const ids = ({ steps }: Plan) => steps.map(({ id }) => id);
const actionOf = <K extends ActionKind>({ steps }: Plan, id: `${K}@${string}`) =>
  steps.find((step) => step.id === id)?.action as Extract<Action, { kind: K }> | undefined;

describe('a rollback', () => {
  it('goes node by node where all sites are on several, and nobody waits', () => {
    const one = input({ codeOnly: true });
    const balanced = { nodes: ['n1', 'n2'], services: ['web'], hosts: ['a.example.com'] };
    const at = (record: AppRecord) => ({ ...record, balanced, domains: ['a.example.com'] });
    const all = planRollback({
      ...one,
      record: at(one.record),
      existing: { ...one.existing, record: at(one.existing.record) },
      further: { n2: { ...one.survey, answers: { http: true, https: true } } },
      survey: { ...one.survey, running: true },
    });
    const steps = ids(all);
    expect(steps.slice(0, steps.indexOf('commit@n4')).filter((id) => id !== 'snapshot@n1')).toEqual([
      ...['build@n1', 'check@n1', 'fetch@n2', 'retain@n2', 'build@n2'],
      ...['balance-out@n2', 'stop@n2', 'start@n2', 'health@n2', 'balance-in@n2'],
      ...['balance-out@n1', 'stop@n1', 'start@n1', 'retain@n1', 'health@n1', 'register@n1', 'balance-in@n1'],
    ]);
    expect(steps).toContain('clear@n2');
  });

  it('without data starts beside what runs, as a deploy does', () => {
    const one = input({ present: [], target: [], kept: [] });
    const ct = { web: 'shop-web-1' };
    const web = { service: 'web', name: 'shop-web-1', image: 'web' };
    const containers = [{ ...web, id: 'new-id', spare: true, lasting: true }];
    const all = planRollback({
      ...one,
      record: { ...one.record, ct },
      existing: { ...one.existing, record: { ...one.existing.record, ct } },
      release: {
        ...one.release,
        containers: ct,
        swap: { services: ['web'], kept: [], changed: [], asked: false },
      },
      survey: { ...one.survey, containers },
    });
    expect(ids(all)).toEqual([
      ...['build@n1', 'check@n1', 'beside@n1', 'health@n1', 'retain@n1', 'register@n1', 'stand-in@n1'],
      ...['commit@n4', 'acknowledge@n4', 'retire@n1', 'clear@n1', 'prune@n1'],
    ]);
    expect(all.sources?.data).toEqual({ from: '', snapshots: {} });
  });

  it.each([
    ['where what runs on has the images of that release', { web: 'sha256:old', db: 'sha256:db' }, true],
    ['where nobody has those any more', null, true],
    ['but not with other images', { web: 'sha256:old', db: 'sha256:before' }, false],
  ])('of the code alone leaves what stays as it is, %s', (_, images, isBeside) => {
    const one = input({ codeOnly: true, kept: [], images });
    const container = (service: string) => {
      const is = { id: service, service, name: `shop-${service}-1`, image: service };
      return { ...is, spare: service === 'web', lasting: true };
    };
    const all = planRollback({
      ...one,
      release: { ...one.release, swap: { services: ['web'], kept: ['db'], changed: [], asked: true } },
      survey: {
        ...one.survey,
        images: { web: 'sha256:new', db: 'sha256:db' },
        containers: [container('web'), container('db')],
      },
    });
    expect(ids(all).includes('beside@n1')).toBe(isBeside);
    const build = all.steps.find(({ id }) => id === 'build@n1')?.action;
    if (isBeside) expect(build).toMatchObject({ services: ['web'] });
    if (isBeside) expect(all.sources?.data).toEqual({ from: 'keep@n1', snapshots: {} });
    else expect(all.warnings.join('\n')).toContain('that release had another image of db');
  });

  it('keeps what is there, puts code and data back, and makes that the newest on the slave too', () => {
    const all = plan({ slave: 'n2' });
    expect(ids(all)).toEqual([
      'fetch@n2',
      'build@n1',
      'check@n1',
      'stop@n1',
      'snapshot@n1',
      'restore@n1',
      'start@n1',
      'retain@n1',
      'health@n1',
      'register@n1',
      'commit@n4',
      'acknowledge@n4',
      'promote@n1',
      'send@n1',
      'clear@n1',
      'clear@n2',
      'prune@n1',
    ]);
    expect(actionOf(all, 'build@n1')).toMatchObject({
      images: { web: 'sha256:new' },
      reuse: { web: 'sha256:old' },
    });
    expect(actionOf(all, 'restore@n1')).toMatchObject({ snapshots: { db: then('db') }, from: 'snapshot@n1' });
    expect(actionOf(all, 'send@n1')).toMatchObject({ volumes: ['db'], to: 'n2', from: 'promote@n1' });
    expect(actionOf(all, 'prune@n1')?.keep).toEqual(['sha256:old', 'sha256:new']);
    expect(all).toMatchObject({ operation: 'rollback', target: 'old', current: 'new' });
    expect(all.sources).toEqual({ images: 'retain@n1', data: { from: 'snapshot@n1', snapshots: {} } });
  });

  it('of the code leaves the data, but keeps it', () => {
    const all = plan({ codeOnly: true, slave: 'n2' });
    expect(ids(all)).toContain('snapshot@n1');
    for (const id of ['restore@n1', 'promote@n1', 'send@n1']) expect(ids(all)).not.toContain(id);
    expect(all.warnings).toContain('The data stays as it is: the older release has to be able to read it.');
    const gone = plan({ codeOnly: true, present: [], target: ['db'], ended: { db: then('db') } });
    expect(gone.warnings).toContain(
      `db is not there: the release begins with an empty one. covey restore shop --snapshot ${then('db')} then puts its data back.`,
    );
  });

  it('builds the images where they are gone, and says so', () => {
    const all = plan({ images: null });
    expect(actionOf(all, 'build@n1')?.reuse).toEqual({});
    expect(all.warnings.at(-1)).toBe(
      'n1 no longer has the images of that release: they are built anew, and may differ.',
    );
  });

  it('says from what to what it goes, and what is given up', () => {
    expect(
      plan({ present: ['db', 'new'], target: ['db', 'odd'], held: ['db', 'new', 'odd'] }).warnings,
    ).toEqual([
      'shop goes from new56789ab (deployed 2026-03-01T10:00:00Z) back to old56789ab (deployed 2026-02-01T10:00:00Z).',
      `db goes back to ${then('db')}, 2 h old. What was written since 2026-03-01T10:00:00.000Z is given up, and kept as a snapshot: covey rollback shop then brings it back.`,
      'odd was not kept with that release: its data stays as it is.',
      'new is not declared by that release: it goes, a snapshot stays.',
    ]);
  });

  it('brings a volume back that the present release no longer has', () => {
    const all = plan({ present: [], target: ['db', 'empty'], held: [] });
    expect(actionOf(all, 'restore@n1')?.present).toEqual([]);
    expect(actionOf(all, 'start@n1')?.newVolumes).toEqual(['empty']);
    expect(all.warnings).toContain(`db goes back to ${then('db')}, 2 h old.`);
    expect(all.warnings).toContain('empty is not there: the release begins with an empty one.');
  });

  it('does without a slave that is away, and says what that means', () => {
    const all = plan({ slave: 'n2', live: ['n1', 'n4'] });
    expect(ids(all).filter((id) => id.endsWith('@n2'))).toEqual([]);
    expect(all.warnings.slice(-2)).toEqual([
      'n2 is not alive: until it is back, its newest replicas are of what is given up now.',
      "n2 is not alive: the release can't be brought there.",
    ]);
  });

  it('of an app without volumes keeps and restores nothing', () => {
    expect(ids(plan({ present: [], target: [], kept: [] }))).toEqual(
      'build@n1 check@n1 stop@n1 start@n1 retain@n1 health@n1 register@n1 commit@n4 acknowledge@n4 clear@n1 prune@n1'.split(
        ' ',
      ),
    );
  });
});

it('every rollback keeps a snapshot of everything before it replaces or removes it', () => {
  const names = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd'));
  const cases = fc.record({
    present: names,
    target: names,
    held: names,
    kept: names,
    slave: fc.constantFrom(null, 'n2', 'n3'),
    codeOnly: fc.boolean(),
  });
  fc.assert(
    fc.property(cases, (each) => {
      const { steps } = plan(each);
      const kept = steps.findIndex(({ action }) => action.kind === 'snapshot');
      const volumes = actionOf({ steps } as Plan, 'snapshot@n1')?.volumes ?? [];
      for (const [at, { action, afterCommit }] of steps.entries()) {
        if (action.kind === 'restore') {
          expect(kept).toBeGreaterThan(steps.findIndex(({ action: other }) => other.kind === 'stop'));
          expect(at).toBeGreaterThan(kept);
          for (const volume of Object.keys(action.snapshots)) expect(volumes).toContain(volume);
          expect(action.from).toBe('snapshot@n1');
        }
        if (action.kind === 'clear') {
          expect(afterCommit).toBe(true);
          for (const volume of action.volumes) expect(volumes).toContain(volume);
        }
      }
      expect(new Set(steps.map(({ id }) => id)).size).toBe(steps.length);
    }),
  );
});
