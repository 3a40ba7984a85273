import { describe, expect, it } from 'vitest';
import { diff } from '../../../src/occurrences/diff.ts';
import { isSender } from '../../../src/occurrences/sender.ts';
import { happens, member, NOW, node, picture, reachOf } from './pictures.ts';

const [node1, node2, node3] = [node('node1'), node('node2'), node('node3')];
const silent = (more = {}) => node('node3', { reachable: false, error: 'no answer', ...more });
const without3 = (span = 6_000) => ({ reach: reachOf({ node3: span }) });

describe('members', () => {
  const all = [member('node1'), member('node2'), member('node3')];

  it.each([
    ['nothing of the same', all, all, []],
    ['who has come', all.slice(0, 2), all, ['node.joined node3']],
    [
      'who has come back after it left',
      [...all.slice(0, 2), member('node3', 'left')],
      all,
      ['node.joined node3'],
    ],
    ['who has left', all, [...all.slice(0, 2), member('node3', 'left')], ['node.left node3']],
    ['who was forgotten', all, all.slice(0, 2), ['node.left node3']],
    ['nobody where they were not known before', undefined, all, []],
  ])('tell %s', (_, before, after, expected) => {
    expect(happens({ members: before }, { members: after })).toEqual(expected);
  });

  it('tell the address of who has come', () => {
    const [joined] = diff(picture({ members: all.slice(0, 2) }), picture({ members: all }));
    expect(joined).toEqual({
      ...{ kind: 'node.joined', at: NOW, node: 'node3', details: { address: '10.0.0.3' } },
      text: 'node3 (10.0.0.3) has joined the cluster',
    });
  });
});

describe('a node', () => {
  const failed = [member('node1'), member('node2'), member('node3', 'failed')];
  const unreached = [node('node1', without3()), node('node2', without3()), silent()];
  const unreachedSince = (moment: number) => [
    node('node1', { reach: reachOf({ node3: NOW - moment }) }),
    node('node2', { reach: reachOf({ node3: NOW - moment }) }),
    silent(),
  ];
  const alone = node('node1', { reach: [] });

  it.each([
    ['lost where Consul says so', { members: failed }, ['node.lost node3']],
    ['lost where nobody reaches its peer', { nodes: unreached }, ['node.lost node3']],
    ['lost once where both is so', { members: failed, nodes: unreached }, ['node.lost node3']],
    ['not lost where another one reaches it', { nodes: [node('node1', without3()), node2, silent()] }, []],
    [
      'not lost where one that is lost itself has not reached it',
      {
        nodes: [
          node1,
          node('node2', { reachable: false, reach: reachOf({ node1: 6_000, node3: 6_000 }) }),
          node3,
        ],
      },
      [],
    ],
    ['not lost by an old word of Consul', { members: failed, consulAnswers: false }, ['consul.lost node1']],
    ['not lost where it never told anything', { nodes: [node1, node2, silent({ version: '' })] }, []],
    [
      'not lost where it tells its first things, and nobody has talked with it yet',
      { nodes: [alone, silent()] },
      [],
    ],
  ])('is %s', (_, after, expected) => {
    expect(happens({}, after)).toEqual(expected);
  });

  it.each([
    ['Consul says so no more', { members: failed }],
    ['it is reached', { nodes: unreached }],
  ])('is back once %s', (_, before) => {
    expect(happens(before, {})).toEqual(['node.back node3']);
    expect(happens(before, before)).toEqual([]);
  });

  it('is lost to its peers only after it was out of reach for 5 s, without a break for any of them', () => {
    const since = (one: number, other: number) => ({
      nodes: [node('node1', without3(one)), node('node2', without3(other)), silent()],
    });
    expect(happens({}, since(4_900, 4_900))).toEqual([]);
    expect(happens(since(4_900, 4_900), since(5_000, 5_000))).toEqual(['node.lost node3']);
    // node2 has reached it in between.
    expect(happens(since(8_000, 8_000), since(9_000, 500))).toEqual(['node.back node3']);
    expect(happens({}, since(9_000, 500))).toEqual([]);
  });

  it('is lost also where the clock of one of them is far ahead', () => {
    const nodes = [node('node1', without3()), node('node2', without3(-3_600_000)), silent()];
    expect(happens({}, { nodes })).toEqual(['node.lost node3']);
  });

  it('is neither lost nor back while it boots: there for a moment, then too busy to answer', () => {
    const failing = (span: number) => ({ at: NOW + span, nodes: unreachedSince(NOW) });
    const answers = { at: NOW + 4_000 };
    expect(happens({}, failing(2_000))).toEqual([]);
    expect(happens(failing(4_000), answers)).toEqual([]);
    expect(happens(answers, { at: NOW + 8_000, nodes: unreachedSince(NOW + 6_000) })).toEqual([]);
    // Consul has said that it has failed, and says no more: it is back once its peer is reached.
    expect(happens({ members: failed }, failing(6_000))).toEqual([]);
    expect(happens(failing(6_000), { at: NOW + 7_000 })).toEqual(['node.back node3']);
  });

  it('is lost no second time when Consul notices later', () => {
    expect(happens({ nodes: unreached }, { nodes: unreached, members: failed })).toEqual([]);
  });

  it('says by whom it is known to be lost', () => {
    const [byConsul] = diff(picture(), picture({ members: failed }));
    const [byPeers] = diff(picture(), picture({ nodes: unreached }));
    expect([byConsul?.details, byPeers?.details]).toEqual([{ cause: 'consul' }, { cause: 'peer' }]);
    expect(byPeers?.text).toBe('node3 is lost: no node reaches its peer');
  });

  it('sees all others lost where it is cut off itself', () => {
    const nodes = [
      node('node1', { reach: reachOf({ node2: 6_000, node3: 6_000 }) }),
      ...['node2', 'node3'].map((name) => node(name, { reachable: false })),
    ];
    expect(happens({}, { nodes })).toEqual(['node.lost node2', 'node.lost node3']);
  });

  it('runs another version', () => {
    expect(happens({}, { nodes: [node1, node2, node('node3', { version: '1.1.0' })] })).toEqual([
      'node.version node3',
    ]);
    expect(happens({ nodes: [node1, node2, node('node3', { version: '' })] }, {})).toEqual([]);
  });
});

describe('who does not reach whom', () => {
  const cut = (span: number) => ({ nodes: [node1, node('node2', without3(span)), node3] });

  it('is told after a time, and once', () => {
    expect(happens({}, cut(14_000))).toEqual([]);
    expect(happens(cut(14_000), cut(16_000))).toEqual(['reach.lost node2']);
    expect(happens(cut(16_000), cut(20_000))).toEqual([]);
    expect(happens(cut(20_000), {})).toEqual(['reach.back node2']);
    expect(happens(cut(14_000), {})).toEqual([]);
  });

  it('is not told of a node that is lost', () => {
    const nodes = [node('node1', without3(60_000)), node('node2', without3(60_000)), silent()];
    expect(happens({}, { nodes })).toEqual(['node.lost node3']);
    expect(happens({ nodes }, {})).toEqual(['node.back node3']);
  });
});

describe('who passes it on', () => {
  const lost1 = { members: [member('node1', 'failed'), member('node2'), member('node3')] };
  // For no longer than a moment: it may be lost, and what it would have to send with it.
  const silent1 = {
    nodes: [
      node('node1', { reachable: false }),
      ...['node2', 'node3'].map((name) => node(name, { reach: reachOf({ node1: 100 }) })),
    ],
  };
  const senders = (occurrence: Parameters<typeof isSender>[1], more = {}) =>
    ['node1', 'node2', 'node3'].filter((self) => isSender(picture({ self, ...more }), occurrence));
  const about = (kind: string, where?: string) =>
    ({ kind, at: NOW, text: '', details: {}, ...(where && { node: where }) }) as Parameters<
      typeof isSender
    >[1];

  it.each([
    ['app.gone', undefined, {}, ['node1']],
    ['app.gone', undefined, lost1, ['node2']],
    ['node.lost', 'node3', {}, ['node1']],
    ['node.lost', 'node1', lost1, ['node2']],
    ['node.back', 'node1', {}, ['node2']],
    ['app.takeover', 'node2', lost1, ['node2']],
    ['container.died', 'node3', {}, ['node3']],
    ['replication.late', 'node2', {}, ['node2']],
    ['quarantine.begun', 'node2', {}, ['node2']],
    ['quarantine.begun', undefined, {}, ['node1']],
    ['consul.lost', 'node3', {}, ['node3']],
    ['app.gone', undefined, { members: undefined }, ['node1', 'node2', 'node3']],
    ['app.gone', undefined, silent1, ['node1', 'node2']],
    ['node.lost', 'node3', silent1, ['node1', 'node2']],
  ])('%s of %s', (kind, where, more, expected) => {
    expect(senders(about(kind, where), more)).toEqual(expected);
  });
});
