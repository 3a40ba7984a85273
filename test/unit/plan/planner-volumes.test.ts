import { describe, expect, it } from 'vitest';
import { actionOf, full, identity, plan } from './cases.ts';

describe('a deploy', () => {
  it('keeps snapshots of what was and of what will be', () => {
    const changed = plan({
      before: { master: 'n1', volumes: ['a', 'b'] },
      after: { master: 'n1', volumes: ['b', 'c'] },
    });
    expect(actionOf(changed, 'snapshot@n1')?.volumes).toEqual(full(['a', 'b', 'c']));
  });

  it('may take back only volumes that were not there', () => {
    const each = plan({
      before: { master: 'n1', volumes: ['a'] },
      after: { master: 'n1', volumes: ['a', 'b', 'c'], local: ['cache', 'tmp'] },
      held: full(['a', 'c', 'tmp']),
    });
    expect(actionOf(each, 'start@n1')?.newVolumes).toEqual(full(['b', 'cache']));
  });

  it('removes and warns of volumes that are no longer declared, here and on the slave that stays', () => {
    const each = plan({
      before: { master: 'n1', slave: 'n2', volumes: ['a', 'b'] },
      after: { master: 'n1', slave: 'n2', volumes: ['b'] },
    });
    const folder = `/deploy/${identity.name}-new`;
    expect(actionOf(each, 'clear@n1')).toMatchObject({ everything: false, volumes: full(['a']), folder });
    expect(actionOf(each, 'clear@n2')).toMatchObject({ everything: false, volumes: full(['a']), folder });
    expect(each.warnings).toEqual([expect.stringContaining(`${identity.project}_a is no longer declared`)]);
  });

  it('removes everything from a slave that is none any more', () => {
    const each = plan({
      before: { master: 'n1', slave: 'n2', volumes: ['a'] },
      after: { master: 'n1', slave: 'n3', volumes: ['a'] },
    });
    expect(actionOf(each, 'clear@n2')).toMatchObject({ everything: true, folder: '', volumes: full(['a']) });
  });

  it('moves the volumes that both releases declare, and says which are there already', () => {
    const each = plan({
      before: { master: 'n1', volumes: ['a', 'b'] },
      after: { master: 'n2', volumes: ['b', 'c'], local: ['cache'] },
      held: full(['b']),
    });
    // Again and again while the app runs, and once when it stands still.
    expect(actionOf(each, 'send-first@n1' as 'send@n1')).toMatchObject({ volumes: full(['b']), rounds: 5 });
    expect(actionOf(each, 'send@n1')).toMatchObject({ volumes: full(['b']), to: 'n2', rounds: 1 });
    expect(actionOf(each, 'adopt@n2')).toMatchObject({
      volumes: full(['b']),
      from: 'send@n1',
      present: full(['b']),
    });
    expect(actionOf(each, 'start@n2')?.newVolumes).toEqual(full(['c', 'cache']));
    expect(actionOf(each, 'clear@n1')).toMatchObject({
      everything: true,
      folder: '',
      volumes: full(['a', 'b']),
    });
    expect(each.warnings).toEqual([expect.stringContaining(`${identity.project}_a is no longer declared`)]);
  });

  it('warns of volumes that are not replicated: they do not move', () => {
    const before = { master: 'n1', volumes: ['a'], local: ['cache'] };
    const moved = plan({ before, after: { ...before, master: 'n2' } });
    expect(moved.warnings).toEqual([
      `${identity.project}_cache is not replicated: it is removed from n1, and n2 gets an empty one.`,
    ]);
    expect(plan({ before, after: before }).warnings).toEqual([]);
  });

  it('leaves the old master its folder where it becomes the slave, and nothing live', () => {
    const each = plan({
      before: { master: 'n1', slave: 'n2', volumes: ['a'] },
      after: { master: 'n2', slave: 'n1', volumes: ['a'] },
    });
    const folder = `/deploy/${identity.name}-new`;
    expect(actionOf(each, 'clear@n1')).toMatchObject({ everything: true, folder, volumes: full(['a']) });
    expect(actionOf(each, 'clear@n2')).toMatchObject({ everything: false, folder, volumes: [] });
  });
});
