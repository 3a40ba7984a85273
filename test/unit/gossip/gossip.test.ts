import { describe, expect, it } from 'vitest';
import { createGossip } from '../../../src/gossip/gossip.ts';
import type { Request } from '../../../src/gossip/message.ts';
import { sample } from '../../../src/gossip/random.ts';
import { exchangeRound, newsFanout, newsRound } from '../../../src/gossip/round.ts';
import { replyBytes, requestBytes } from '../../support/gossip-bytes.ts';
import { seeded } from '../../support/gossip-simulation.ts';
import { entriesOf, makeReplica, tell } from './replicas.ts';

function makeNode(name: string, limit?: number) {
  const { replica } = makeReplica(name);
  const gossip = createGossip({ replica, random: seeded(1), ...(limit !== undefined && { limit }) });
  return { replica, gossip };
}

describe('an exchange', () => {
  it('brings each what the other has, in three messages', () => {
    const a = makeNode('a');
    const b = makeNode('b');
    a.replica.write('k', '1');
    b.replica.write('l', '2');
    const reply = b.gossip.receive(a.gossip.syn());
    expect(reply.want).toMatchObject([{ node: 'a', incarnation: 0 }]);
    const rest = a.gossip.answered(reply);
    expect(entriesOf(a.replica, 'b')).toEqual({ l: '2' });
    expect(rest?.kind).toBe('deltas');
    expect(b.gossip.receive(rest as Request)).toEqual({ want: [], deltas: [] });
    expect(entriesOf(b.replica, 'a')).toEqual({ k: '1' });
  });

  it('ends with the answer where both hold the same', () => {
    const a = makeNode('a');
    const b = makeNode('b');
    tell(a.replica, b.replica);
    tell(b.replica, a.replica);
    const reply = b.gossip.receive(a.gossip.syn());
    expect(reply).toEqual({ want: [], deltas: [] });
    expect(a.gossip.answered(reply)).toBeUndefined();
  });

  it('keeps each message within its limit, and comes to the end by and by', () => {
    const limit = 400;
    const [a, b] = [makeNode('a', limit), makeNode('b', limit)];
    for (let index = 0; index < 40; index++) {
      const { replica } = makeReplica(`other${index}`);
      for (const key of ['k', 'l', 'm']) replica.write(key, `"${'x'.repeat(index)}"`);
      tell(replica, index % 2 === 0 ? a.replica : b.replica);
    }
    let rounds = 0;
    for (; a.replica.states().size < 42 || b.replica.states().size < 42; rounds++) {
      expect(rounds).toBeLessThan(100);
      const [from, to] = rounds % 2 === 0 ? [a, b] : [b, a];
      const syn = from.gossip.syn();
      expect(requestBytes(syn)).toBeLessThanOrEqual(limit + 2);
      const reply = to.gossip.receive(syn);
      expect(replyBytes(reply)).toBeLessThanOrEqual(2 * limit);
      const rest = from.gossip.answered(reply);
      if (!rest) continue;
      expect(requestBytes(rest)).toBeLessThanOrEqual(limit);
      to.gossip.receive(rest);
    }
    expect(rounds).toBeGreaterThan(5);
  });
});

describe('news', () => {
  it('is passed on by whom it is news to, and by nobody else', () => {
    const [a, b] = [makeNode('a'), makeNode('b')];
    expect(a.gossip.news()).toBeUndefined();
    a.replica.write('k', '1');
    const news = a.gossip.news() as Request;
    expect(news.kind).toBe('news');
    b.gossip.receive(news);
    expect(b.gossip.news()).toEqual(news);
    b.gossip.receive(news);
    expect(b.gossip.news()).toBeUndefined();
  });

  it('that is learnt by an exchange is not passed on: it is told with the next exchanges', () => {
    const [a, b] = [makeNode('a'), makeNode('b')];
    a.replica.write('k', '1');
    b.gossip.answered(a.gossip.receive(b.gossip.syn()));
    expect(entriesOf(b.replica, 'a')).toEqual({ k: '1' });
    expect(b.gossip.news()).toBeUndefined();
  });

  it('brings what was missed before it', () => {
    const [a, b] = [makeNode('a'), makeNode('b')];
    a.replica.write('k', '1');
    a.gossip.news();
    a.replica.write('l', '2');
    const reply = b.gossip.receive(a.gossip.news() as Request);
    expect(entriesOf(b.replica, 'a')).toEqual({});
    b.gossip.receive(a.gossip.answered(reply) as Request);
    expect(entriesOf(b.replica, 'a')).toEqual({ k: '1', l: '2' });
  });
});

describe('a round', () => {
  const { signal } = new AbortController();

  it('talks to random others, and says who did not answer', async () => {
    const { gossip, replica } = makeNode('a');
    const asked: string[] = [];
    const transport = {
      send: async (node: string, { kind }: Request) => {
        asked.push(`${kind} to ${node}`);
        if (node === 'c') throw new Error('refused');
        return { want: [], deltas: [] };
      },
    };
    const deps = { gossip, transport, random: seeded(2) };
    expect(await newsRound(deps, ['b', 'c'], signal)).toEqual([]);
    replica.write('k', '1');
    const contacts = await newsRound(deps, ['b', 'c'], signal);
    expect(contacts.toSorted((x, y) => (x.node < y.node ? -1 : 1))).toEqual([
      { node: 'b' },
      { node: 'c', error: new Error('refused') },
    ]);
    expect(await exchangeRound(deps, ['b'], signal)).toEqual([{ node: 'b' }]);
    expect(await exchangeRound(deps, [], signal)).toEqual([]);
    expect(asked.toSorted()).toEqual(['news to b', 'news to c', 'syn to b']);
  });

  it.each([
    [1, 2],
    [3, 4],
    [50, 6],
    [1000, 9],
  ])('sends news of %i nodes to %i others', (nodes, others) => {
    expect(newsFanout(nodes)).toBe(others);
  });

  it('chooses each as often as any other', () => {
    const random = seeded(3);
    const counts = new Map<string, number>();
    for (let draw = 0; draw < 3_000; draw++)
      for (const item of sample(['a', 'b', 'c'], 2, random)) counts.set(item, (counts.get(item) ?? 0) + 1);
    for (const count of counts.values()) expect(Math.abs(count - 2_000)).toBeLessThan(120);
    expect(sample(['a'], 5, random)).toEqual(['a']);
  });
});
