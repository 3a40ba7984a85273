import { describe, expect, it } from 'vitest';
import { planDeploy } from '../../../src/plan/planner.ts';
import { actionSchema } from '../../../src/plan/steps.ts';
import { actionOf, identity, input, plan } from './cases.ts';

describe('a deploy', () => {
  it('registers the new addresses, and would go back to the old ones', () => {
    const before = { master: 'n1', urls: ['http://a', 'http://b'] };
    const after = { master: 'n1', urls: ['http://b', 'http://c'] };
    expect(actionOf(plan({ before, after }), 'register@n1')).toMatchObject({
      urls: after.urls,
      before: before.urls,
    });
    expect(actionOf(plan({ after }), 'register@n1')).toMatchObject({ before: null });
  });

  it('registers URLs besides the addresses, and service.json; an old record and a move go back to what was', () => {
    const given = input({
      before: { master: 'n1', urls: ['http://a'] },
      after: { master: 'n1', urls: ['http://a'] },
    });
    const [own, old] = ['{"name": "new"}', '{"name": "old"}'];
    const asked = { ...given.record, check_urls: ['http://b/', 'http://a'], service_json: own };
    expect(actionOf(planDeploy({ ...given, record: asked }), 'register@n1')).toEqual({
      kind: 'register',
      name: identity.name,
      urls: ['http://a', 'http://b/'],
      definition: own,
      before: ['http://a'],
      definitionBefore: '',
    });
    const moving = input({ before: { master: 'n1' }, after: { master: 'n2' } });
    if (!moving.existing) throw new Error('a move has a record');
    moving.existing.record = { ...moving.existing.record, check_urls: ['http://b/'], service_json: old };
    const moved = planDeploy({ ...moving, record: { ...moving.record, service_json: own } });
    expect(actionOf(moved, 'register@n1')).toMatchObject({
      urls: null,
      definition: '',
      before: ['http://b/'],
      definitionBefore: old,
    });
    expect(actionOf(moved, 'register@n2')).toMatchObject({ definition: own, before: null });

    // a takeover asks nothing of the old master, and an undo leaves nothing on the new one
    const taking = input({ before: { master: 'n1' }, after: { master: 'n2' }, live: ['n2'], replicas: [] });
    const taken = planDeploy({ ...taking, record: { ...taking.record, service_json: own } });
    expect(actionOf(taken, 'register@n1')).toBeUndefined();
    expect(actionOf(taken, 'register@n2')).toMatchObject({
      definition: own,
      before: null,
      definitionBefore: '',
    });
  });

  it('reads a registration from the journal of a version that knew only addresses', () => {
    const written = { kind: 'register', name: 'foo', urls: ['http://a'], before: null };
    expect(actionSchema.parse(written)).toEqual({ ...written, definition: '', definitionBefore: '' });
  });
});
