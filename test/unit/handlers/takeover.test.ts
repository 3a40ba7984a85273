import { describe, expect, it } from 'vitest';
import { parseRecord } from '../../../src/app/record.ts';
import { assertMaster, assertReplicas } from '../../../src/handlers/takeover.ts';
import type { Existing } from '../../../src/plan/deploy-input.ts';

const existing = (slave: string | null): Existing => ({
  name: 'foo_m.1',
  index: 1,
  record: parseRecord('foo_m.1', JSON.stringify({ repo_url: 'u', branch: 'm', master: 'n1', slave })),
});

describe('assertMaster', () => {
  it.each<[string, Existing | undefined, string[], boolean, RegExp | undefined]>([
    ['a new app', undefined, ['n2'], false, undefined],
    ['a new app from a replica', undefined, ['n2'], true, /no such app/],
    ['a live master', existing('n2'), ['n1', 'n2'], false, undefined],
    [
      'a live master, from a replica',
      existing('n2'),
      ['n1', 'n2'],
      true,
      /^n1, the master of \S+, is alive\.$/,
    ],
    ['a dead master', existing('n2'), ['n2'], false, /n1.*is dead or cut off/],
    ['a dead master, from a replica', existing('n2'), ['n2'], true, undefined],
  ])('%s', (_, app, live, fromReplica, problem) => {
    const check = () => assertMaster(app, live, { master: 'n2', fromReplica });
    if (problem) expect(check).toThrow(problem);
    else expect(check).not.toThrow();
  });

  it('tells of the replica only where there is one', () => {
    const hintOf = (slave: string | null) => {
      try {
        assertMaster(existing(slave), [], { master: 'n2', fromReplica: false });
      } catch (thrown) {
        return (thrown as { hint: string }).hint;
      }
    };
    expect(hintOf('n2')).toContain('--master n2 --from-replica');
    expect(hintOf(null)).not.toContain('replica');
  });
});

describe('assertReplicas', () => {
  const replica = { snapshot: 'a@x', at: 1 };
  it('wants one of each volume that stays', () => {
    expect(() => assertReplicas(existing('n2'), 'n2', ['a'], { a: replica })).not.toThrow();
    expect(() => assertReplicas(existing('n2'), 'n2', ['a', 'b'], { a: replica })).toThrow(
      /n2 holds no replica of b/,
    );
  });

  it.each([
    ['n2', 'n3', /The slave is n2/],
    ['n2', 'n2', /Bring n1 back/],
    [null, 'n2', /Bring n1 back/],
  ])('says where to turn: slave %s, asked for %s', (slave, master, hint) => {
    expect(() => assertReplicas(existing(slave), master, ['a'], {})).toThrow(
      expect.objectContaining({ code: 'refused', hint: expect.stringMatching(hint) }),
    );
  });
});
