import { describe, expect, it } from 'vitest';
import { planDeploy } from '../../../src/plan/planner.ts';
import { type App, actionOf, type Case, full, identity, ids, input, plan, record, running } from './cases.ts';

const SITE = 'foo.example.com {\n reverse_proxy foo-web-1:8080\n}';
const app: App = { master: 'n1', caddyfile: SITE };
const web = running('web');
const swap = { services: ['web'], kept: [] };
const beside: Case = { before: app, after: app, containers: [web], swap };

describe('a release without data', () => {
  it('starts beside the one before, which is ended once it is recorded', () => {
    const made = plan(beside);
    expect(ids(made)).toEqual([
      ...['build@n1', 'check@n1', 'beside@n1', 'health@n1', 'retain@n1', 'register@n1', 'stand-in@n1'],
      ...['commit@n4', 'acknowledge@n4', 'retire@n1', 'clear@n1'],
    ]);
    const { project, name } = identity;
    const old = ['old-web'];
    expect(actionOf(made, 'beside@n1')).toMatchObject({ project, old });
    expect(actionOf(made, 'health@n1')).toMatchObject({ except: old });
    expect(actionOf(made, 'retain@n1')).toMatchObject({ except: old });
    const { ct } = record(app, 'new');
    expect(actionOf(made, 'stand-in@n1')).toEqual({ kind: 'stand-in', name, project, old, ct, index: 5 });
    expect(actionOf(made, 'retire@n1')).toEqual({ kind: 'retire', name, project, old, ct, index: 5 });
    expect(made.steps.find(({ id }) => id === 'retire@n1')?.afterCommit).toBe(true);
  });

  it.each([
    ['one more of its service', { web: 'foo-web-1' }, { web: 2 }],
    ['one where the service has another name now', { site: 'foo-site-1' }, { site: 1 }],
  ])('has %s', (_, containers, scale) => {
    const from = input(beside);
    const services = Object.keys(containers);
    const made = planDeploy({ ...from, release: { ...from.release, swap: { services, kept: [] } } });
    expect(actionOf(made, 'beside@n1')).toMatchObject({ scale });
  });

  it.each<[string, Case]>([
    ['that is the first one', { after: app, swap }],
    ['that moves', { ...beside, after: { ...app, master: 'n2' } }],
    ['of which two must not run', { ...beside, swap: null }],
    ['whose predecessor has data', { ...beside, before: { ...app, volumes: ['d'] } }],
    ['that has data', { ...beside, after: { ...app, volumes: ['d'] } }],
    ['of an app in maintenance', { ...beside, inMaintenance: true }],
    ['that runs a script before', { ...beside, update: true }],
    ['beside what does not run, or keeps something', { ...beside, containers: [{ ...web, spare: false }] }],
    ['beside nothing', { ...beside, containers: [] }],
    ['beside several', { ...beside, containers: [web, { ...web, id: 'more' }] }],
    ['beside one by another name', { ...beside, containers: [{ ...web, name: 'foo-web-7' }] }],
    [
      'whose site asks its container by TLS',
      { ...beside, after: { ...app, caddyfile: SITE.replace('foo-web-1', 'https://foo-web-1') } },
    ],
  ])('starts in the place of the other, %s', (_, each) => {
    expect(ids(plan(each))).not.toContain('beside@n1');
    expect(ids(plan(each)).some((id) => id.startsWith('start@'))).toBe(true);
  });
});

describe('of a release with data, what has none', () => {
  const data: App = { ...app, volumes: ['d'] };
  const db = running('db', { spare: false });
  const part: Case = {
    before: data,
    after: data,
    containers: [web, db],
    swap: { services: ['web'], kept: ['db'] },
  };

  it('starts beside the one before where all else stays, after a snapshot', () => {
    const made = plan(part);
    expect(ids(made)).toEqual([
      ...['build@n1', 'check@n1', 'keep@n1', 'beside@n1', 'health@n1', 'retain@n1', 'register@n1'],
      ...['stand-in@n1', 'commit@n4', 'acknowledge@n4', 'retire@n1', 'clear@n1'],
    ]);
    expect(actionOf(made, 'build@n1')).toMatchObject({ services: ['web'] });
    expect(actionOf(made, 'keep@n1')).toMatchObject({ volumes: full(['d']) });
    // Whatever becomes of it, what was there stays.
    expect(actionOf(made, 'beside@n1')).toMatchObject({ old: ['old-web', 'old-db'], scale: { web: 2 } });
    expect(actionOf(made, 'health@n1')).toMatchObject({ except: ['old-web'] });
    expect(actionOf(made, 'retire@n1')).toMatchObject({ old: ['old-web'], ct: { web: 'foo-web-1' } });
    expect(made.sources?.data).toEqual({ from: 'keep@n1', snapshots: {} });
  });

  it('comes in the place of that of a service that is gone, too', () => {
    const made = plan({ ...part, containers: [web, db, running('old')] });
    expect(actionOf(made, 'retire@n1')).toMatchObject({ old: ['old-web', 'old-old'] });
  });

  it.each<[string, Case]>([
    ['where one that has to stay does not run', { ...part, containers: [web] }],
    [
      'where one that has to stay uses files of its release',
      { ...part, containers: [web, running('db', { lasting: false })] },
    ],
    ['where a volume is new', { ...part, after: { ...data, volumes: ['d', 'e'] } }],
    ['where a volume goes', { ...part, after: app }],
    ['where a volume is lost', { ...part, held: [] }],
    [
      'where a service that is gone had data',
      { ...part, containers: [web, db, running('old', { spare: false })] },
    ],
  ])('waits for the stop of all, %s', (_, each) => {
    expect(ids(plan(each))).not.toContain('beside@n1');
  });
});
