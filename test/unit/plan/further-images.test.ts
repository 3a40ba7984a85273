import { describe, expect, it } from 'vitest';
import { planDestroy } from '../../../src/plan/destroy.ts';
import { planDeploy } from '../../../src/plan/planner.ts';
import { survey as surveySchema } from '../../../src/plan/results.ts';
import { actionOf, ids, input, record } from './cases.ts';

const survey = surveySchema.parse({ volumes: [], images: { web: 'sha256:2' }, running: true });
const releases = ['sha256:0', 'sha256:1'].map((id, index) => ({
  record: record({ master: 'n1' }, `r${index}`),
  images: { node: 'n1', ids: { [`web${index}`]: id } },
  ended: null,
}));

/** The plan of a deploy on n1 where n2 stays one of the app's nodes, and n3 is none any more. */
function spread(known: typeof releases) {
  const given = input({ before: { master: 'n1' }, after: { master: 'n1' } });
  const on = (...nodes: string[]) => ({ balanced: { nodes, services: ['web'], hosts: [] } });
  const { existing } = given;
  return planDeploy({
    ...given,
    existing: existing && { ...existing, record: { ...existing.record, ...on('n1', 'n2', 'n3') } },
    record: { ...given.record, ...on('n1', 'n2') },
    further: { n2: survey, n3: survey },
    releases: known,
  });
}

describe('the nodes besides the master', () => {
  it('let go of the images before once the new ones are recorded', () => {
    const plan = spread(releases);
    const all = ids(plan);
    expect(all.slice(all.indexOf('fetch@n2'), all.indexOf('build@n2') + 1)).toEqual([
      ...['fetch@n2', 'retain@n2', 'build@n2'],
    ]);
    expect(actionOf(plan, 'retain@n2')).toMatchObject({ names: ['web1'], images: {} });
    expect(all.slice(all.indexOf('clear@n3') + 1)).toEqual(['prune@n1', 'prune@n2', 'prune@n3']);
    // one of them may have been the master, and have what a rollback needs
    expect(actionOf(plan, 'prune@n2')?.keep).toEqual(['sha256:0', 'sha256:1']);
  });

  it('have none before where nothing is known of the app', () => {
    expect(ids(spread([])).filter((id) => /^(retain|prune)@n[23]/.test(id))).toEqual([]);
  });

  it('let go of them all when the app is destroyed', () => {
    const balanced = { nodes: ['n1', 'n3'], services: ['web'], hosts: [] };
    const before = { ...record({ master: 'n1', slave: 'n2', takeover: true }, 'old'), balanced };
    const plan = planDestroy({
      ...{ coordinator: 'n4', root: '/deploy', project: 'foo', live: ['n1', 'n2', 'n3', 'n4'], releases },
      existing: { name: 'foo', record: before, index: 5 },
      survey,
    });
    expect(ids(plan).slice(-3)).toEqual(['prune@n1', 'prune@n2', 'prune@n3']);
  });
});

it('a slave that may take over lets go of the images before once it has the new ones', () => {
  const places = { master: 'n1', slave: 'n2', takeover: true };
  const plan = planDeploy({ ...input({ before: places, after: places }), releases });
  expect(ids(plan).slice(-4)).toEqual(['prune@n1', 'retain-ready@n2', 'build-ready@n2', 'prune-ready@n2']);
  const retained = plan.steps.find(({ id }) => id === 'retain-ready@n2');
  expect(retained?.action).toMatchObject({ names: ['web1'] });
});
