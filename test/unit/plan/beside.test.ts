import { describe, expect, it } from 'vitest';
import { planDeploy } from '../../../src/plan/planner.ts';
import { type App, actionOf, type Case, identity, ids, input, plan, record } from './cases.ts';

const SITE = 'foo.example.com {\n reverse_proxy foo-web-1:8080\n}';
const app: App = { master: 'n1', caddyfile: SITE };
const web = { id: 'old-id', service: 'web', name: 'foo-web-1', spare: true };
const beside: Case = { before: app, after: app, containers: [web], beside: true };

describe('a release without data', () => {
  it('starts beside the one before, which is ended once it is recorded', () => {
    const made = plan(beside);
    expect(ids(made)).toEqual([
      ...['build@n1', 'check@n1', 'beside@n1', 'health@n1', 'retain@n1', 'register@n1', 'stand-in@n1'],
      ...['commit@n4', 'acknowledge@n4', 'retire@n1', 'clear@n1'],
    ]);
    const { project, name } = identity;
    const old = ['old-id'];
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
    const made = planDeploy({ ...from, release: { ...from.release, containers } });
    expect(actionOf(made, 'beside@n1')).toMatchObject({ scale });
  });

  it.each<[string, Case]>([
    ['that is the first one', { after: app, beside: true }],
    ['that moves', { ...beside, after: { ...app, master: 'n2' } }],
    ['of which two must not run', { ...beside, beside: false }],
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
