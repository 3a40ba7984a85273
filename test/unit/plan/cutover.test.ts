import { describe, expect, it } from 'vitest';
import { planSnapshot } from '../../../src/plan/keep.ts';
import { planRestore } from '../../../src/plan/restore.ts';
import { type App, actionOf, type Case, full, identity, ids, input, NODES, plan, record } from './cases.ts';

const SITE = 'foo.example.com {\n reverse_proxy foo-web-1:8080\n}';
const UPSTREAM = { container: 'foo-web-1', port: 8080, http: true };
const at = (master: string, more: Partial<App> = {}): App => ({ master, caddyfile: SITE, ...more });
const WITH_DATA = { volumes: ['d'] };
const FRONT = ['build@n1', 'check@n1'];
const RUN = ['start@n1', 'retain@n1', 'health@n1', 'register@n1', 'commit@n4', 'acknowledge@n4', 'clear@n1'];

describe('requests wait', () => {
  it.each<[string, Case, string[]]>([
    [
      'while a release takes the place of another one, from when all is built until it is recorded',
      { before: at('n1'), after: at('n1') },
      [...FRONT, 'hold@n1', 'drain@n1', 'stop@n1', ...RUN],
    ],
    [
      'while an app moves, once most of its data is there',
      { before: at('n1', WITH_DATA), after: at('n2', WITH_DATA) },
      [
        'build@n2',
        'check@n2',
        'send-first@n1',
        'create@n2',
        'hold@n1',
        'drain@n1',
        'stop@n1',
        'send@n1',
        'adopt@n2',
        'register@n1',
        'start@n2',
        'retain@n2',
        'health@n2',
        'register@n2',
        'commit@n4',
        'acknowledge@n4',
        'clear@n2',
        'clear@n1',
      ],
    ],
  ])('%s', (_, each, expected) => {
    const made = plan(each);
    expect(ids(made)).toEqual(expected);
    const { master } = each.after;
    expect(actionOf(made, 'hold@n1')).toEqual({ kind: 'hold', to: master });
    // The old release has to answer again before those who wait come to it.
    expect(actionOf(made, 'drain@n1')).toEqual({
      kind: 'drain',
      project: identity.project,
      sites: [UPSTREAM],
      ...(each.before?.volumes?.length && { flush: true }),
    });
    const healthy = made.steps.find(({ action }) => action.kind === 'health');
    expect(healthy?.action).toMatchObject({ sites: [UPSTREAM] });
  });

  it('on the node where the app will be, and the plan says so', () => {
    const titles = (each: Case) =>
      plan(each).steps.flatMap(({ title, action }) =>
        ['hold', 'drain'].includes(action.kind) ? [title] : [],
      );
    expect(titles({ before: at('n1'), after: at('n1') })).toEqual([
      'let its requests wait',
      'wait for the requests under way',
    ]);
    expect(titles({ before: at('n1'), after: at('n2') })[0]).toBe('let its requests wait, on n2');
  });

  it('while a snapshot is made, or put in place, of an app that is stopped for it', () => {
    const { survey } = input({ before: at('n1'), after: at('n1') });
    const existing = { name: identity.name, record: record(at('n1', WITH_DATA), 'old'), index: 5 };
    const place = { coordinator: 'n4', root: '/deploy', project: identity.project };
    const about = { ...place, existing, survey, inMaintenance: false };
    const kept = planSnapshot({ ...about, volumes: full(['d']), stop: true });
    const restored = planRestore({ ...about, choices: [], live: NODES, now: 0 });
    for (const made of [kept, restored])
      expect(ids(made).slice(0, 3)).toEqual(['hold@n1', 'drain@n1', 'stop@n1']);
    expect(ids(planRestore({ ...about, inMaintenance: true, choices: [], live: NODES, now: 0 }))[0]).toBe(
      'stop@n1',
    );
  });
});

const PORTS = { ssh: { frontend: { mode: 'tcp', bind: ['*:2222'] }, backends: [] } };

describe('connections to ports of HAPROXY wait', () => {
  it('also where the app has no site', () => {
    const app = { master: 'n1', haproxy: PORTS };
    const made = plan({ before: app, after: app });
    expect(ids(made)).toEqual([...FRONT, 'hold@n1', 'drain@n1', 'stop@n1', ...RUN]);
    expect(actionOf(made, 'drain@n1')).toMatchObject({ sites: [] });
  });
});

describe('no requests wait', () => {
  it.each<[string, Case]>([
    ['for a new app', { after: at('n1') }],
    ['for an app without a site', { before: { master: 'n1' }, after: { master: 'n1' } }],
    [
      'for an app whose HAPROXY has rules of sites alone',
      {
        before: { master: 'n1', haproxy: { 'http-in': {} } },
        after: { master: 'n1', haproxy: { 'http-in': {} } },
      },
    ],
    [
      'where only the new release has ports',
      { before: { master: 'n1' }, after: { master: 'n1', haproxy: PORTS } },
    ],
    [
      'where one of both has no site, whatever ports they have',
      { before: at('n1', { haproxy: PORTS }), after: { master: 'n1', haproxy: PORTS } },
    ],
    ['where the new release has no site', { before: at('n1'), after: { master: 'n1' } }],
    ['where the old one had none', { before: { master: 'n1' }, after: at('n1') }],
    ['in maintenance', { before: at('n1'), after: at('n1'), inMaintenance: true }],
    ['for an app that somebody has stopped', { before: at('n1'), after: at('n1'), running: false }],
    ['where the setting is off, or the peer old', { before: at('n1'), after: at('n1'), holding: ['n2'] }],
    ['where it is so at the old master', { before: at('n1'), after: at('n2'), holding: ['n2'] }],
    ['where it is so at the new master', { before: at('n1'), after: at('n2'), holding: ['n1'] }],
    [
      'where the old master is lost',
      { before: at('n1', WITH_DATA), after: at('n2', WITH_DATA), replicas: ['d'] },
    ],
  ])('%s', (_, each) => {
    const kinds = plan(each).steps.map(({ action }) => action.kind);
    expect(kinds).not.toContain('hold');
    expect(kinds).not.toContain('drain');
  });
});
