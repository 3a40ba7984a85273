import { describe, expect, it } from 'vitest';
import type { AppRecord } from '../../../src/app/record.ts';
import { planDeploy } from '../../../src/plan/planner.ts';
import { type App, actionOf, type Case, full, identity, ids, input, plan, record, running } from './cases.ts';

const SITE = 'foo.example.com {\n reverse_proxy foo-web-1:8080\n}';
const app: App = { master: 'n1', caddyfile: SITE };
const web = running('web');
const swap = { services: ['web'], kept: [], changed: [], asked: false };
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
    const made = planDeploy({ ...from, release: { ...from.release, swap: { ...swap, services } } });
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
    swap: { ...swap, kept: ['db'], asked: true },
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
    expect(actionOf(made, 'health@n1')).toMatchObject({ except: ['old-web', 'old-db'] });
    expect(actionOf(made, 'retain@n1')).toMatchObject({ except: ['old-web'] });
    expect(actionOf(made, 'retire@n1')).toMatchObject({ old: ['old-web'], ct: { web: 'foo-web-1' } });
    expect(made.sources?.data).toEqual({ from: 'keep@n1', snapshots: {} });
  });

  it('comes in the place of that of a service that is gone, too', () => {
    const made = plan({ ...part, containers: [web, db, running('old')] });
    expect(actionOf(made, 'retire@n1')).toMatchObject({ old: ['old-web', 'old-old'] });
  });

  const asked = { ...swap, kept: ['db'], asked: true };
  const with2 = { ...data, volumes: ['d', 'e'] };
  const tls = { ...data, caddyfile: SITE.replace('foo-web-1', 'https://foo-web-1') };
  it.each<[string, Case]>([
    ['db would not stay the same for sure', { ...part, swap: { ...asked, changed: ['db'] } }],
    ['db does not run as it should', { ...part, containers: [web] }],
    ['db does not run as it should', { ...part, containers: [web, running('db', { lasting: false })] }],
    ['what it replaces does not run as it should', { ...part, containers: [db] }],
    [
      'what it replaces does not run as it should',
      { ...part, containers: [web, db, running('old', { spare: false })] },
    ],
    ['its volumes are not the same', { ...part, after: with2 }],
    ['its volumes are not the same', { ...part, after: app }],
    ['its volumes are not the same', { ...part, held: [] }],
    ['a site asks its container not by plain HTTP', { ...part, after: tls }],
    ['update.sh runs', { ...part, update: true }],
  ])('waits for the stop of all where %s, and whoever asked is told', (why, each) => {
    const made = plan(each);
    expect(ids(made)).not.toContain('beside@n1');
    const warning = `All of it is stopped for the deploy, though web could be replaced while it runs: ${why}.`;
    expect(made.warnings).toContain(warning);
    const { warnings } = plan({ ...each, swap: { ...(each.swap ?? asked), asked: false } });
    expect(warnings).not.toContain(warning);
  });

  it.each<[string, Case]>([
    ['moves', { ...part, after: { ...data, master: 'n2' } }],
    ['is in maintenance', { ...part, inMaintenance: true }],
    ['is new', { after: data, swap: asked, update: true }],
  ])('is no question where it %s', (_, each) => {
    const made = plan(each);
    expect(ids(made)).not.toContain('beside@n1');
    expect(made.warnings.filter((warning) => warning.startsWith('All of it'))).toEqual([]);
  });

  it.each<[string, Partial<AppRecord>]>([
    ['it has HAPROXY', { haproxy: { git: {} } }],
    ['it runs on several nodes', { balanced: { nodes: ['n1', 'n2'], services: ['web'], hosts: [] } }],
  ])('waits too where %s', (why, more) => {
    const from = input(part);
    const made = planDeploy({ ...from, record: { ...from.record, ...more } });
    expect(made.warnings.join('\n')).toContain(`: ${why}.`);
  });
});
