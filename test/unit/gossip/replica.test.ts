import { describe, expect, it } from 'vitest';
import { ENTRY_LIMIT } from '../../../src/gossip/replica.ts';
import { unknown } from '../../../src/gossip/stamp.ts';
import { deltaOf, entriesOf, makeReplica, stampOf, tell } from './replicas.ts';

describe('what a node writes', () => {
  it('counts its changes, and nothing that is none', () => {
    const { replica } = makeReplica('a');
    replica.write('k', '1');
    replica.write('l', '1');
    replica.write('k', '2');
    replica.write('k', '2');
    replica.write('never', undefined);
    expect(stampOf(replica).version).toBe(3);
    expect(entriesOf(replica, 'a')).toEqual({ k: '2', l: '1' });
  });

  it('is refused where it is too long to be told', () => {
    const { replica } = makeReplica('a');
    expect(() => replica.write('k', 'x'.repeat(ENTRY_LIMIT))).toThrow(
      `k has ${ENTRY_LIMIT + 11} bytes, and gossip carries ${ENTRY_LIMIT} in one entry`,
    );
    expect(stampOf(replica).version).toBe(0);
  });

  it('is news, with what it was before', () => {
    const { replica } = makeReplica('a');
    replica.write('k', '1');
    replica.takeNews();
    replica.write('k', '2');
    replica.write('k', '3');
    expect([...replica.takeNews().values()]).toMatchObject([{ node: 'a', version: 1 }]);
    expect(replica.takeNews().size).toBe(0);
  });

  it('has a tombstone for a time when it is deleted', () => {
    const { replica, clock } = makeReplica('a');
    replica.write('k', '1');
    replica.write('k', undefined);
    clock.now += 50;
    replica.write('l', '1');
    replica.write('l', undefined);
    clock.now += 50;
    replica.collect();
    expect(stampOf(replica)).toMatchObject({ version: 4, floor: 2 });
    expect(replica.states().get('a')?.entries).toEqual([{ key: 'l', version: 4, value: undefined }]);
    clock.now += 50;
    replica.collect();
    expect(stampOf(replica)).toMatchObject({ version: 4, floor: 4 });
    expect(replica.states().get('a')?.entries).toEqual([]);
  });
});

describe('a restart', () => {
  it('is ahead of what others know of the run before, which is dropped', () => {
    const before = makeReplica('a').replica;
    const other = makeReplica('b').replica;
    before.write('old', '1');
    tell(before, other);
    const after = makeReplica('a', { incarnation: 2_000 }).replica;
    after.write('new', '1');
    tell(after, other);
    expect(entriesOf(other, 'a')).toEqual({ new: '1' });
    tell(before, other);
    expect(entriesOf(other, 'a')).toEqual({ new: '1' });
  });

  it('with a clock set back takes a number above that of the run before, once it hears of it', () => {
    const before = makeReplica('a').replica;
    const other = makeReplica('b').replica;
    before.write('old', '1');
    tell(before, other);
    const after = makeReplica('a', { incarnation: 10 }).replica;
    after.write('new', '1');
    after.write('gone', '1');
    after.write('gone', undefined);
    after.compare(
      [...other.states().values()].map(({ stamp }) => stamp),
      true,
    );
    expect(stampOf(after)).toMatchObject({ version: 1, floor: 0 });
    expect(stampOf(after).incarnation).toBeGreaterThan(stampOf(before).incarnation);
    tell(after, other);
    expect(entriesOf(other, 'a')).toEqual({ new: '1' });
  });
});

describe('a node that leaves', () => {
  it('says so, is known for a time to be gone, and says nothing else', () => {
    const a = makeReplica('a').replica;
    const { replica: b, clock } = makeReplica('b');
    const stale = makeReplica('c').replica;
    a.write('k', '1');
    tell(a, b);
    tell(a, stale);
    a.leave();
    a.leave();
    a.write('l', '1');
    tell(a, b);
    tell(stale, b, 'a');
    expect(b.states().get('a')).toMatchObject({ stamp: { goneAt: 1_000 }, entries: [] });
    clock.now += 1_000;
    b.collect();
    expect(b.states().has('a')).toBe(false);
  });

  it('is forgotten by all at one time, not kept alive from one to the other', () => {
    const a = makeReplica('a').replica;
    const b = makeReplica('b');
    const c = makeReplica('c');
    tell(a, b.replica);
    b.replica.remove('a');
    tell(b.replica, c.replica, 'a');
    b.clock.now += 1_000;
    b.replica.collect();
    tell(c.replica, b.replica, 'a');
    const known = [...c.replica.states().values()].map(({ stamp }) => stamp);
    expect(b.replica.compare(known, true).behind.map(({ node }) => node)).toEqual(['c']);
    expect(b.replica.states().has('a')).toBe(false);
  });

  it('is back as soon as it starts again', () => {
    const a = makeReplica('a').replica;
    const b = makeReplica('b').replica;
    tell(a, b);
    b.remove('a');
    b.remove('nobody');
    b.remove('b');
    expect([...b.states().keys()]).toEqual(['b', 'a']);
    const again = makeReplica('a', { incarnation: 2_000 }).replica;
    again.write('k', '1');
    tell(again, b);
    expect(entriesOf(b, 'a')).toEqual({ k: '1' });
  });

  it('that is removed and runs on says that it does', () => {
    const a = makeReplica('a').replica;
    const b = makeReplica('b').replica;
    a.write('k', '1');
    tell(a, b);
    b.remove('a');
    tell(b, a, 'a');
    tell(a, b);
    expect(entriesOf(b, 'a')).toEqual({ k: '1' });
  });
});

describe('comparing', () => {
  it('tells who is ahead, node by node', () => {
    const a = makeReplica('a').replica;
    const b = makeReplica('b').replica;
    const c = makeReplica('c').replica;
    a.write('k', '1');
    tell(a, b);
    a.write('k', '2');
    tell(c, b);
    const ofB = [...b.states().values()].map(({ stamp }) => stamp);
    const { ahead, behind } = a.compare(ofB, true);
    expect(ahead).toMatchObject([{ node: 'a', version: 1 }]);
    expect(behind).toEqual([unknown('b'), unknown('c')]);
    expect(b.compare([stampOf(a)], true)).toMatchObject({
      ahead: [unknown('b'), unknown('c')],
      behind: [{ node: 'a', version: 1 }],
    });
    expect(b.compare([stampOf(a)], false).ahead).toEqual([]);
  });

  it('says what is held where a part between is missing', () => {
    const a = makeReplica('a').replica;
    const b = makeReplica('b').replica;
    a.write('k', '1');
    a.write('k', '2');
    const { stamp, entries } = deltaOf(a, 'a');
    expect(b.apply([{ stamp, from: 1, to: 2, entries }], { news: true })).toEqual([unknown('a')]);
    expect(b.takeNews().size).toBe(0);
  });
});
