import { describe, expect, it } from 'vitest';
import { survey } from '../../../src/plan/results.ts';
import { actionSchema } from '../../../src/plan/steps.ts';
import { actionOf, type Case, full, identity, ids, plan } from './cases.ts';

const data = (master: string) => ({ master, volumes: ['a', 'b'], local: ['cache'] });
const site = (master: string) => ({ ...data(master), caddyfile: 'a.example.com {\n reverse_proxy web\n}' });
const domains = ['a.example.com'];

describe('a move creates the containers on the new master', () => {
  it('once a first copy of the volumes is there, and before anything waits or stops', () => {
    const moving = plan({ before: { ...site('n1'), domains }, after: { ...site('n2'), domains } });
    const all = ids(moving);
    const from = all.indexOf('send-first@n1');
    expect(all.slice(from, from + 6)).toEqual([
      'send-first@n1',
      'create@n2',
      'certificates@n2',
      'hold@n1',
      'drain@n1',
      'stop@n1',
    ]);
    expect(actionOf(moving, 'create@n2')).toEqual({
      kind: 'create',
      folder: `/deploy/${identity.name}-new`,
      project: identity.project,
      volumes: full(['a', 'b']),
      snapshots: {},
      from: 'send-first@n1',
      newVolumes: full(['cache']),
      scripted: false,
    });
    // What `start` finds has to be the same, and what is put in place is held by it.
    const { folder, project } = actionOf(moving, 'start@n2') ?? {};
    expect(actionOf(moving, 'create@n2')).toMatchObject({ folder, project });
    expect(actionOf(moving, 'adopt@n2')).toMatchObject({ project, present: [] });
  });

  it('of an app without volumes too', () => {
    const moving = plan({ before: { master: 'n1' }, after: { master: 'n2', volumes: ['a'] } });
    expect(actionOf(moving, 'create@n2')).toMatchObject({ volumes: [], from: '', newVolumes: full(['a']) });
  });

  it('and may fail at that where update.sh comes after it', () => {
    const moved = { before: data('n1'), after: data('n2') };
    const scripted = (more: Partial<Case>) => actionOf(plan({ ...moved, ...more }), 'create@n2')?.scripted;
    expect([scripted({ update: true }), scripted({ update: true, script: false }), scripted({})]).toEqual([
      true,
      false,
      false,
    ]);
  });
});

describe('no containers are created before', () => {
  it.each<[string, Case]>([
    ['of a new app', { after: data('n1') }],
    ['where the app stays', { before: data('n1'), after: data('n1') }],
    [
      'where the new master is of an older version, or has some',
      { before: data('n1'), after: data('n2'), creating: false },
    ],
    ['where the new master has such a volume', { before: data('n1'), after: data('n2'), held: full(['b']) }],
    ['where it has a local one', { before: data('n1'), after: data('n2'), held: full(['cache']) }],
    ['where the old master is lost', { before: data('n1'), after: data('n2'), replicas: ['a', 'b'] }],
  ])('%s', (_, each) => {
    const kinds = plan(each).steps.map(({ action }) => action.kind);
    expect(kinds).not.toContain('create');
    expect(actionOf(plan(each), `adopt@${each.after.master}`)?.project).toBeUndefined();
  });
});

it('who finds the journal of a move undoes what it planned', () => {
  const { steps } = plan({ before: data('n1'), after: data('n2') });
  for (const { action } of steps)
    expect(actionSchema.parse(JSON.parse(JSON.stringify(action)))).toEqual(action);
  // What an older version wrote says nothing of containers that were there before.
  const adopted = { kind: 'adopt', volumes: [], snapshots: {}, from: '', present: [] };
  expect(actionSchema.parse(adopted)).toEqual(adopted);
});

it('what an older peer says of a node does not promise it', () => {
  expect(survey.parse({ volumes: [], images: {}, running: false }).creates).toBe(false);
});
