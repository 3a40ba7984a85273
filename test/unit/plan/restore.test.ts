import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseRecord } from '../../../src/app/record.ts';
import type { ActionDeps } from '../../../src/plan/actions/action.ts';
import { createActions } from '../../../src/plan/actions/table.ts';
import { named, newestOfEach } from '../../../src/plan/choose.ts';
import { type OnMaster, planClone, planSnapshot, snapshotsMade } from '../../../src/plan/keep.ts';
import { planRestore, planRestoreTo } from '../../../src/plan/restore.ts';
import { actionSchema, type Plan } from '../../../src/plan/steps.ts';
import { assertSnapshotName, formatSnapshotName } from '../../../src/volumes/snapshot-name.ts';

const NOW = Date.UTC(2026, 2, 1, 10);
const MINUTE = 60_000;
const app = (more: object = {}) => ({
  name: 'shop_master.ddb14',
  index: 5,
  record: parseRecord(
    'shop_master.ddb14',
    JSON.stringify({
      repo_url: 'https://h/shop',
      branch: 'master',
      master: 'n1',
      slave: 'n2',
      deploy_id: 'id',
      volumes: ['shop_db', 'shop_files'],
      ...more,
    }),
  ),
});
const here = (more: object = {}, volumes = ['shop_db', 'shop_files']): OnMaster => ({
  coordinator: 'n3',
  root: '/deploy',
  project: 'shop',
  existing: app(more),
  survey: {
    volumes,
    images: { web: 'sha256:1' },
    running: true,
    replicas: {},
    holds: true,
    containers: [],
    creates: false,
  },
  inMaintenance: false,
});
const at = (minutesAgo: number, volume = 'shop_db') =>
  formatSnapshotName(volume, (NOW - minutesAgo * MINUTE) * 1000);
const choice = (name: string) => ({
  volume: assertSnapshotName(name).volume,
  snapshot: assertSnapshotName(name),
});
const choices = [choice(at(12)), choice(at(90, 'shop_files'))];
const ids = ({ steps }: Plan) => steps.map(({ id }) => id);
const actionOf = ({ steps }: Plan, id: string) => steps.find((step) => step.id === id)?.action;
const restore = (given: OnMaster, live = ['n1', 'n2', 'n3']) =>
  planRestore({ ...given, choices, live, now: NOW });

describe('a restore', () => {
  it('stops, puts aside, puts in place, starts; then it counts, and goes to the slave', () => {
    const plan = restore(here());
    expect(ids(plan)).toEqual([
      'stop@n1',
      'snapshot@n1',
      'restore@n1',
      'start@n1',
      'health@n1',
      'commit@n3',
      'promote@n1',
      'send@n1',
    ]);
    expect(plan.steps.filter(({ afterCommit }) => afterCommit).map(({ id }) => id)).toEqual([
      'promote@n1',
      'send@n1',
    ]);
    expect(actionOf(plan, 'snapshot@n1')).toEqual({
      kind: 'snapshot',
      volumes: ['shop_db', 'shop_files'],
      label: 'before-restore',
      project: 'shop',
    });
    expect(actionOf(plan, 'restore@n1')).toEqual({
      kind: 'restore',
      project: 'shop',
      snapshots: { shop_db: at(12), shop_files: at(90, 'shop_files') },
      kept: {},
      from: 'snapshot@n1',
      present: ['shop_db', 'shop_files'],
    });
    expect(actionOf(plan, 'stop@n1')).toMatchObject({
      folder: '/deploy/shop_master.ddb14-id',
      running: true,
    });
    expect(actionOf(plan, 'send@n1')).toMatchObject({ to: 'n2', from: 'promote@n1' });
    expect(plan.restores).toEqual([at(12), at(90, 'shop_files')]);
    for (const { action } of plan.steps) expect(actionSchema.parse(action)).toEqual(action);
  });

  it('starts what compose 1 made under its names', () => {
    const plan = restore(here({ ct: { web: 'shop_web_1' } }));
    for (const id of ['stop@n1', 'start@n1']) expect(actionOf(plan, id)).toMatchObject({ underscores: true });
    for (const { action } of plan.steps) expect(actionSchema.parse(action)).toEqual(action);
  });

  it('says how old each state is, and what becomes of the present one', () => {
    expect(restore(here()).warnings).toEqual([
      `shop_db goes back to ${at(12)}, 12 min old.`,
      `shop_files goes back to ${at(90, 'shop_files')}, 90 min old.`,
      'What was written since is put aside as VOLUME@TIME@+before-restore, never the newest: covey restore shop_master.ddb14 --snapshot NAME brings it back.',
    ]);
  });

  it('sends nothing to a slave that is dead, and says what that one holds; nor where there is none, or no replication', () => {
    const away = restore(here(), ['n1', 'n3']);
    expect(ids(away)).not.toContain('send@n1');
    expect(away.warnings.at(-1)).toBe(
      'n2 is not alive: until it is back, its newest replicas are of what is given up now.',
    );
    for (const more of [
      { slave: null },
      { schedules: ['shop_db', 'shop_files'].map((volume) => ({ volume, replicate: 'off' })) },
    ]) {
      const plan = restore(here(more), ['n1', 'n3']);
      expect([ids(plan).at(-1), plan.warnings.length]).toEqual(['promote@n1', 3]);
    }
  });

  it('brings a volume that is lost back, with nothing to put aside', () => {
    const plan = restore(here({}, []));
    expect(ids(plan)).not.toContain('snapshot@n1');
    expect(actionOf(plan, 'restore@n1')).toMatchObject({ from: '', present: [] });
  });

  it('into another volume leaves the app alone', () => {
    const to = (volumes: string[]) =>
      planRestoreTo({
        ...here({}, volumes),
        choices,
        choice: choice(at(12)),
        to: 'rescue',
        live: ['n1'],
        now: NOW,
      });
    const fresh = to(['shop_db']);
    expect(ids(fresh)).toEqual(['restore@n1', 'commit@n3']);
    expect(actionOf(fresh, 'restore@n1')).toMatchObject({
      project: '',
      snapshots: { rescue: at(12) },
      present: [],
    });
    expect(fresh.warnings).toEqual([`rescue goes back to ${at(12)}, 12 min old.`]);
    const over = to(['shop_db', 'rescue']);
    expect(ids(over)).toEqual(['snapshot@n1', 'restore@n1', 'commit@n3']);
    expect(over.warnings[1]).toBe(
      'rescue is there: what it holds is put aside as rescue@TIME@+before-restore.',
    );
  });
});

describe('a snapshot', () => {
  const plan = (stop: boolean, running = true) => {
    const given = here();
    const survey = { ...given.survey, running };
    return planSnapshot({ ...given, survey, volumes: ['shop_db'], stop });
  };

  it('of a running app has nothing to undo', () => {
    expect(ids(plan(false))).toEqual(['keep@n1', 'commit@n3']);
  });

  it('stops the app if asked to, unless it is stopped anyhow', () => {
    expect(ids(plan(true))).toEqual(['stop@n1', 'keep@n1', 'start@n1', 'health@n1', 'commit@n3']);
    expect(ids(plan(true, false))).toEqual(['keep@n1', 'commit@n3']);
  });

  it('is named in the outcome, and so is what a restore put aside', () => {
    const kept = new Map([['keep@n1', { snapshots: { shop_db: 'a@1' } }]]);
    expect(snapshotsMade(plan(false), kept)).toEqual(['a@1']);
    const aside = new Map([['snapshot@n1', { snapshots: { shop_db: 'a@2@+before-restore' } }]]);
    expect(snapshotsMade(restore(here()), aside)).toEqual(['a@2@+before-restore']);
  });
});

it('a clone is one step', () => {
  const plan = planClone({ ...here(), volume: 'shop_db', to: 'trial' });
  expect(ids(plan)).toEqual(['clone@n1', 'commit@n3']);
});

it('what is done without an undo can be left as it is', () => {
  const { undo } = createActions({ dockerConfig: '' } as ActionDeps);
  const options = {
    signal: new AbortController().signal,
    report: () => undefined,
    mandate: { app: 'shop', fence: 1, operation: 'o' },
  };
  return Promise.all([
    undo({ kind: 'keep', volumes: ['shop_db'] }, undefined, options),
    undo({ kind: 'clone', volume: 'shop_db', to: 'trial' }, undefined, options),
  ]);
});

describe('the choice', () => {
  const held = (snapshots: string[], unfinished: string[] = []) => ({ node: 'n1', snapshots, unfinished });

  it('is the newest plain snapshot of that time or before, whatever else there is', () => {
    const entry = fc.record({
      at: fc.integer({ min: 0, max: 1_000_000 }),
      label: fc.constantFrom(undefined, 'before-restore'),
      volume: fc.constantFrom('shop_db', 'shop_db2'),
    });
    fc.assert(
      fc.property(fc.array(entry), fc.option(fc.integer({ min: -1, max: 1_000_001 })), (entries, until) => {
        const names = entries.map(({ at, label, volume }) => formatSnapshotName(volume, at, label));
        const good = entries
          .filter(
            ({ at, label, volume }) => volume === 'shop_db' && !label && (until === null || at <= until),
          )
          .map(({ at }) => at);
        const choose = () => newestOfEach(['shop_db'], held(names), until);
        if (good.length === 0) expect(choose).toThrow(/^n1 has no snapshot of shop_db/);
        else expect(choose()).toEqual([choice(formatSnapshotName('shop_db', Math.max(...good)))]);
      }),
    );
  });

  it('fails for all volumes without one, and says from when', () => {
    expect(() => newestOfEach(['shop_db', 'a', 'b'], held([at(1)]), (NOW - MINUTE) * 1000)).toThrow(
      'n1 has no snapshot of a, b of 2026-03-01T09:59:00.000Z or before.',
    );
  });

  it.each<[string, string[], object]>([
    [
      'one that is no name',
      ['../x'],
      { code: 'invalid', message: expect.stringContaining("is not a snapshot's name") },
    ],
    ['one with a path', ['shop_db@2026/../../x'], { code: 'invalid' }],
    [
      'one of another app',
      [at(1, 'other_db')],
      { code: 'refused', message: `${at(1, 'other_db')} is of no replicated volume of the app.` },
    ],
    [
      'one that is half received',
      [at(5)],
      { code: 'refused', message: `${at(5)} is writable, so it was half received: it is no whole state.` },
    ],
    [
      'one that is not there',
      [at(9)],
      { code: 'not-found', message: `n1, the master of the app, has no snapshot ${at(9)}.` },
    ],
    [
      'two of a volume',
      [at(1), at(2)],
      { code: 'invalid', message: 'Two snapshots are of shop_db: name one a volume.' },
    ],
  ])('by name refuses %s', (_, wanted, error) => {
    const all = held([at(1), at(2), at(1, 'other_db')], [at(5)]);
    const choose = async () => named(wanted, all, (volume) => volume.startsWith('shop_'));
    return expect(choose()).rejects.toMatchObject(error);
  });

  it('by name may be one that was put aside', () => {
    const name = `${at(1)}@+before-restore`;
    expect(named([name], held([name]), () => true)).toEqual([choice(name)]);
  });
});
