import { describe, expect, it } from 'vitest';
import { releaseSchema } from '../../../src/app/release.ts';
import type { DeployInput } from '../../../src/plan/deploy-input.ts';
import { planSnapshot } from '../../../src/plan/keep.ts';
import { planMigrate } from '../../../src/plan/migrate.ts';
import { planDeploy } from '../../../src/plan/planner.ts';
import { planRestore } from '../../../src/plan/restore.ts';
import { planRollback } from '../../../src/plan/rollback.ts';
import type { Plan } from '../../../src/plan/steps.ts';
import { type Case, full, input, release, running } from './cases.ts';

const ran = [
  running('web', { imageId: 'sha256:w' }),
  running('db', { imageId: 'sha256:d' }),
  running('task', { imageId: undefined }),
];
const here: Case = { before: { master: 'n1' }, after: { master: 'n1' }, containers: ran };
const away: Case = { before: { master: 'n1' }, after: { master: 'n2' } };

interface More {
  /** The commit that ran, where it is not the release's. */
  commit?: string | undefined;
  built?: string[];
  unchanged?: string[];
}

/** A deploy of an app that ran before as `ran`. */
function deploy(each: Case, { built = [], unchanged = [], ...more }: More = {}): Plan {
  const given = input(each);
  const { existing, oldSurvey } = given;
  const commit = 'commit' in more ? more.commit : given.release.commit;
  const all: DeployInput = {
    ...given,
    existing: existing && { ...existing, record: { ...existing.record, commit } },
    release: { ...given.release, built, unchanged },
    oldSurvey: oldSurvey && { ...oldSurvey, containers: ran },
  };
  return planDeploy(all);
}

/** Of the one gate of the plan. */
const knownIn = ({ steps }: Plan) =>
  steps.flatMap(({ action }) => (action.kind === 'health' ? [action.known ?? {}] : []));

const ALL = { web: 'sha256:w', db: 'sha256:d' };

describe('a deploy knows to run', () => {
  it.each<[string, Case, More, object]>([
    ['all that ran, at the same commit', here, {}, ALL],
    ['the same on another node', away, {}, ALL],
    ['what is built, with any image', away, { built: ['web'] }, { ...ALL, web: null }],
    ['what is as it was, at another commit', here, { commit: 'f00', unchanged: ['db'] }, { db: 'sha256:d' }],
    [
      'so too where nobody knows what ran',
      here,
      { commit: undefined, unchanged: ['db'] },
      { db: 'sha256:d' },
    ],
    ['not what did not run', here, { commit: 'f00', unchanged: ['task', 'other'] }, {}],
    ['nothing of another commit on another node', away, { commit: 'f00', unchanged: ['db'] }, {}],
    ['nothing of a commit that nobody knows', here, { commit: undefined }, {}],
    ['nothing where update.sh runs', { ...here, update: true }, { unchanged: ['db'] }, {}],
    ['all where there is none', { ...here, update: true, script: false }, {}, ALL],
    ['nothing of a new app', { after: { master: 'n1' }, containers: ran }, { unchanged: ['db'] }, {}],
    [
      'all on volumes that go with it',
      { before: { master: 'n1', volumes: ['a'] }, after: { master: 'n2', volumes: ['a'] } },
      {},
      ALL,
    ],
    [
      'nothing where a volume begins empty',
      { before: { master: 'n1', local: ['a'] }, after: { master: 'n2', local: ['a'] } },
      {},
      {},
    ],
    ['nothing where no peer tells', { ...here, containers: [running('web'), running('db')] }, {}, {}],
  ])('%s', (_, each, more, known) => {
    expect(knownIn(deploy(each, more))).toEqual([known]);
  });

  it('nothing on replicas: their data is another one', () => {
    const lost: Case = { ...away, replicas: [] };
    const { existing, survey, ...rest } = input(lost);
    const record = existing && { ...existing.record, commit: rest.release.commit };
    const taken = {
      ...rest,
      existing: existing && record && { ...existing, record },
      survey: { ...survey, containers: ran },
    };
    expect(knownIn(planDeploy(taken))).toEqual([{}]);
  });
});

describe('of other operations', () => {
  const given = input({ ...here, before: { master: 'n1', volumes: ['a'] } });
  const { commit } = given.release;
  const existing = { name: 'foo', index: 5, record: { ...given.record, commit } };
  const about = { ...given, project: 'foo', existing };

  it('a snapshot knows all that ran, since the release stays with its data', () => {
    const plan = planSnapshot({ ...about, volumes: full(['a']), stop: true });
    expect(knownIn(plan)).toEqual([ALL]);
  });

  it('a restore knows nothing, since the data is another one', () => {
    expect(knownIn(planRestore({ ...about, choices: [] }))).toEqual([{}]);
  });

  it('nor does a migrate', () => {
    const common = { pairs: [], nonmigrable: [], missing: [], unwanted: [] };
    const plan = planMigrate({ ...about, requestId: 'r', source: { ...existing, name: 'bar' }, common });
    expect(knownIn(plan)).toEqual([{}]);
  });

  it('nor a rollback, since the release is an older one', () => {
    const target = { record: existing.record, images: { node: 'n1', ids: {} }, ended: null };
    const release = { ...given.release, unchanged: ['db'] };
    const plan = planRollback({ ...about, release, target, choices: [], codeOnly: true, images: {} });
    expect(knownIn(plan)).toEqual([{}]);
  });
});

it('a peer of an older version says of nothing that it is unchanged', () => {
  const { built: _, unchanged: __, ...older } = release({ master: 'n1' });
  expect(releaseSchema.parse(older)).toMatchObject({ built: [], unchanged: [] });
});
