import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { commonVolumes } from '../../../src/app/common-volumes.ts';
import { parseRecord } from '../../../src/app/record.ts';
import { snapshotsMade } from '../../../src/plan/keep.ts';
import { type MigrateInput, planMigrate } from '../../../src/plan/migrate.ts';
import { actionSchema, type Plan } from '../../../src/plan/steps.ts';

const SOURCE = 'shop_prod.ddb14';
const TARGET = 'shop_qualif.ddb14';

interface Given {
  source?: object;
  target?: object;
  volumes?: string[];
  ofSource?: string[];
  nonmigrable?: string[];
  present?: string[];
  update?: boolean;
  scripts?: boolean;
  inMaintenance?: boolean;
  live?: string[];
}

const existing = (name: string, branch: string, volumes: string[], more: object) => {
  const record = { repo_url: 'https://h/shop.git', branch, deploy_id: 'id', volumes, ...more };
  return { name, index: 5, record: parseRecord(name, JSON.stringify(record)) };
};

function input(given: Given = {}): MigrateInput {
  const { volumes = ['db', 'files', 'conf'], ofSource = ['db', 'files', 'logs'], nonmigrable = [] } = given;
  const release = (project: string, names: string[], own: string[]) => ({
    volumes: names.map((short) => ({
      short,
      full: `${project}_${short}`,
      driver: 'ours',
      replicated: true,
      labels: own.includes(short) ? { 'com.github.mlfmonde.cluster.nonmigrable': 'true' } : ({} as never),
    })),
  });
  const full = (project: string, names: string[]) => names.map((name) => `${project}_${name}`);
  return {
    coordinator: 'n9',
    root: '/deploy',
    project: 'qualif',
    existing: existing(TARGET, 'qualif', full('qualif', volumes), {
      master: 'n2',
      slave: 'n3',
      ...given.target,
    }),
    survey: {
      volumes: full('qualif', given.present ?? volumes),
      images: { web: 'sha256:1' },
      running: true,
      replicas: {},
      containers: [],
      holds: true,
      creates: true,
    },
    requestId: 'r1',
    source: existing(SOURCE, 'prod', full('prod', ofSource), { master: 'n1', slave: null, ...given.source }),
    release: { hasPostMigrateScript: given.scripts ?? true, hasUpdateScript: given.scripts ?? true },
    common: commonVolumes(release('prod', ofSource, []), release('qualif', volumes, nonmigrable)),
    update: given.update ?? true,
    inMaintenance: given.inMaintenance ?? false,
    live: given.live ?? ['n1', 'n2', 'n3', 'n9'],
  };
}

const plan = (given?: Given) => planMigrate(input(given));
const ids = ({ steps }: Plan) => steps.map(({ id }) => id);
const actionOf = ({ steps }: Plan, id: string) => steps.find((step) => step.id === id)?.action;

describe('a migrate', () => {
  it('across nodes has the data there before it stops, and puts aside before it replaces', () => {
    const made = plan();
    expect(ids(made)).toEqual([
      'keep-source@n1',
      'expect@n2',
      'send-source@n1',
      'maintenance@n2',
      'stop@n2',
      'snapshot@n2',
      'restore@n2',
      'unlock@n2',
      'script-post_migrate@n2',
      'script@n2',
      'start@n2',
      'health@n2',
      'commit@n9',
      'maintenance-end@n2',
      'acknowledge@n9',
      'keep@n2',
      'send@n2',
      'drop@n2',
    ]);
    expect(made.steps.find(({ afterCommit }) => afterCommit)?.id).toBe('maintenance-end@n2');
    expect(actionOf(made, 'send-source@n1')).toEqual({
      kind: 'send',
      volumes: ['prod_db', 'prod_files'],
      to: 'n2',
      rounds: 1,
      from: 'keep-source@n1',
      passing: true,
    });
    expect(actionOf(made, 'snapshot@n2')).toEqual({
      kind: 'snapshot',
      volumes: ['qualif_db', 'qualif_files'],
      label: 'before-migrate',
      project: 'qualif',
    });
    expect(actionOf(made, 'restore@n2')).toEqual({
      kind: 'restore',
      project: 'qualif',
      snapshots: {},
      kept: {},
      from: 'snapshot@n2',
      present: ['qualif_db', 'qualif_files'],
      of: { from: 'keep-source@n1', volumes: { qualif_db: 'prod_db', qualif_files: 'prod_files' } },
    });
    expect(actionOf(made, 'send@n2')).toMatchObject({ to: 'n3', from: 'keep@n2' });
    expect(actionOf(made, 'drop@n2')).toMatchObject({ from: 'keep-source@n1' });
    for (const { action } of made.steps) expect(actionSchema.parse(action)).toEqual(action);
  });

  it('calls the scripts with their options, the URLs without .git', () => {
    const own = ['-r', 'https://h/shop', '-b', 'qualif'];
    const post = ['-R', 'https://h/shop', '-B', 'prod', ...own];
    const where = { folder: `/deploy/${TARGET}-id`, project: 'qualif', newVolumes: [] };
    const script = (name: string, args: string[]) => ({ kind: 'script', ...where, script: name, args });
    expect(actionOf(plan(), 'script-post_migrate@n2')).toEqual(script('post_migrate.sh', post));
    expect(actionOf(plan(), 'script@n2')).toEqual(script('update.sh', own));
    expect(ids(plan({ update: false }))).not.toContain('script@n2');
    expect(ids(plan({ update: false }))).toContain('script-post_migrate@n2');
    expect(ids(plan({ scripts: false })).filter((id) => id.startsWith('script'))).toEqual([]);
  });

  it('on one node, and to the slave of the source, leaves nothing to be taken away', () => {
    const one = ids(plan({ source: { master: 'n2' } }));
    expect(one.filter((id) => /^(send-source|expect|drop)@/.test(id))).toEqual([]);
    expect(one[0]).toBe('keep-source@n2');
    const slave = plan({ source: { slave: 'n2' } });
    expect(ids(slave).filter((id) => /^(expect|drop)@/.test(id))).toEqual([]);
    expect(actionOf(slave, 'send-source@n1')).toMatchObject({ passing: false });
  });

  it('leaves alone the maintenance of an app that is in it, and sends nothing to a slave that is not there', () => {
    const made = plan({ inMaintenance: true });
    expect(ids(made).filter((id) => id.startsWith('maintenance'))).toEqual([]);
    expect(made.warnings).toContain(`${TARGET} is in maintenance already, and stays so.`);
    const away = plan({ live: ['n1', 'n2', 'n9'] });
    expect([ids(away).includes('send@n2'), away.warnings.at(-1)]).toEqual([
      false,
      'n3 is not alive: until it is back, its newest replicas are of what is given up now.',
    ]);
    expect(ids(plan({ target: { slave: null } }))).not.toContain('send@n2');
  });

  it('says of each volume what becomes of it', () => {
    expect(plan({ nonmigrable: ['files'] }).warnings).toEqual([
      'qualif_db gets what prod_db holds.',
      'qualif_files stays as it is: it is labelled as not migrable.',
      `qualif_conf stays as it is: ${SOURCE} does not replicate one of that name.`,
      `prod_logs is left out: ${TARGET} does not replicate one of that name.`,
      `What is replaced is put aside as VOLUME@TIME@+before-migrate, never the newest: covey restore ${TARGET} --snapshot NAME brings it back.`,
    ]);
  });

  it('names what was put aside, and neither what it took nor what is the newest now', () => {
    const kept = (name: string) => ({ snapshots: { db: name } });
    const results = new Map([
      ['keep-source@n1', kept('prod_db@1')],
      ['snapshot@n2', kept('qualif_db@1@+before-migrate')],
      ['keep@n2', kept('qualif_db@2')],
    ]);
    expect(snapshotsMade(plan(), results)).toEqual(['qualif_db@1@+before-migrate']);
  });
});

const names = fc.uniqueArray(fc.constantFrom<string>('a', 'b', 'c', 'd', 'e'), { maxLength: 5 });
const node = fc.constantFrom('n1', 'n2', 'n3');
const cases = fc
  .record({
    volumes: names,
    ofSource: names,
    nonmigrable: names,
    present: names,
    source: fc.record({ master: node, slave: fc.option(node) }),
    target: fc.record({ master: node, slave: fc.option(node) }),
    update: fc.boolean(),
    inMaintenance: fc.boolean(),
    live: fc.subarray(['n1', 'n2', 'n3', 'n9']),
  })
  .filter(({ source, target }) => source.master !== source.slave && target.master !== target.slave);

describe('any migrate', () => {
  it('only reads of the source: nothing of it is stopped, replaced, removed or undone', () => {
    fc.assert(
      fc.property(cases, (given) => {
        for (const { action, app } of plan(given).steps) {
          const isRead = action.kind === 'keep' || action.kind === 'send';
          // `of` names them beside what is put in their place elsewhere.
          const { of: _, ...rest } = action as { of?: unknown };
          const about = JSON.stringify(rest);
          if (about.includes('prod_')) expect([isRead, app]).toEqual([true, SOURCE]);
          if (app !== undefined) expect(isRead).toBe(true);
        }
      }),
    );
  });

  it('keeps all that is there before it is replaced, and replaces nothing that is not migrable', () => {
    fc.assert(
      fc.property(cases, (given) => {
        const { steps } = plan(given);
        const at = (kind: string) => steps.findIndex(({ action }) => action.kind === kind);
        const put = steps[at('restore')]?.action;
        const aside = steps[at('snapshot')]?.action;
        if (put?.kind !== 'restore') throw new Error('nothing is put in place');
        const replaced = Object.keys(put.of?.volumes ?? {});
        const wanted = replaced.filter((volume) => given.present.includes(volume.replace('qualif_', '')));
        expect(aside?.kind === 'snapshot' ? aside.volumes : []).toEqual(wanted);
        expect(put.present).toEqual(wanted);
        if (aside) expect(at('snapshot')).toBeLessThan(at('restore'));
        expect(at('stop')).toBeLessThan(aside ? at('snapshot') : at('restore'));
        for (const volume of given.nonmigrable) expect(replaced).not.toContain(`qualif_${volume}`);
        const short = given.volumes.filter((name) => given.ofSource.includes(name));
        const meant = short.filter((name) => !given.nonmigrable.includes(name));
        expect(replaced).toEqual(meant.map((name) => `qualif_${name}`));
      }),
    );
  });

  it('gives back what it took: the lock once the data is in place, maintenance and snapshots after the commit', () => {
    fc.assert(
      fc.property(cases, (given) => {
        const { steps } = plan(given);
        const all = (kind: string) => steps.filter(({ action }) => action.kind === kind);
        const order = steps.map(({ action }) => action.kind);
        expect(order.indexOf('unlock')).toBe(order.indexOf('restore') + 1);
        expect(steps.slice(order.indexOf('unlock')).every(({ app }) => app === undefined)).toBe(true);
        expect(all('maintenance').map(({ afterCommit }) => afterCommit)).toEqual(
          given.inMaintenance ? [] : [false, true],
        );
        expect(all('drop').length).toBe(all('expect').length);
        for (const step of all('drop')) expect(step.afterCommit).toBe(true);
        const passing = all('send').some(({ action }) => action.kind === 'send' && action.passing);
        expect(all('drop').length).toBe(passing ? 1 : 0);
      }),
    );
  });
});
