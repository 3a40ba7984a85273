import { describe, expect, it } from 'vitest';
import type { Reply, Request } from '../../../src/gossip/message.ts';
import { parseReply, parseRequest, wireReply, wireRequest } from '../../../src/gossip/wire.ts';
import { peerMethods } from '../../../src/rpc/proto.ts';
import { replyBytes, requestBytes } from '../../support/gossip-bytes.ts';

const stamp = { node: 'node1', incarnation: 1_790_000_000_000, version: 300, floor: 3, goneAt: 0 };
const delta = {
  ...{ stamp, from: 4, to: 300 },
  entries: [
    { key: 'container/shop_master.ddb14/web', version: 9, value: '{"health":"gesund ✓"}' },
    { key: 'volume/x', version: 300, value: undefined },
  ],
};
const gone = { stamp: { ...stamp, goneAt: 1_790_000_000_001 }, from: 0, to: 0, entries: [] };

const requests: Request[] = [
  { kind: 'syn', digest: { stamps: [stamp, gone.stamp], whole: true } },
  { kind: 'syn', digest: { stamps: [], whole: false } },
  { kind: 'deltas', deltas: [delta, gone] },
  { kind: 'news', deltas: [delta] },
];
const replies: Reply[] = [
  { want: [stamp], deltas: [delta] },
  { want: [], deltas: [] },
];

/** A message by itself and all messages around it: tag and length. */
const FRAME = 5;

describe('a message of gossip', () => {
  it.each(requests)(
    'comes over gRPC as it went, in as many bytes as it is said to have: $kind',
    (request) => {
      const bytes = peerMethods.Gossip.requestSerialize(wireRequest(request));
      expect(parseRequest(peerMethods.Gossip.requestDeserialize(bytes))).toEqual(request);
      expect(bytes.length).toBeLessThanOrEqual(requestBytes(request) + FRAME);
      expect(requestBytes(request)).toBeLessThanOrEqual(bytes.length + 12);
    },
  );

  it.each(replies)('comes back as it went', (reply) => {
    const bytes = peerMethods.Gossip.responseSerialize(wireReply(reply));
    expect(parseReply(peerMethods.Gossip.responseDeserialize(bytes))).toEqual(reply);
    expect(bytes.length).toBeLessThanOrEqual(replyBytes(reply));
    expect(replyBytes(reply)).toBeLessThanOrEqual(bytes.length + 12);
  });

  const [entry] = delta.entries;
  it.each<[string, object]>([
    ['a run that is none', { ...delta, stamp: { ...stamp, incarnation: 0 } }],
    ['an end behind that of the sender', { ...delta, to: 301 }],
    ['an end before its start', { ...delta, from: 5, to: 4, entries: [] }],
    ['an entry before its start', { ...delta, from: 9 }],
    ['an entry behind its end', { ...delta, to: 299 }],
    ['entries out of order', { ...delta, entries: delta.entries.toReversed() }],
    ['a key twice', { ...delta, entries: [entry, { ...entry, version: 10 }] }],
    ['entries of a node that is gone', { ...delta, stamp: { ...stamp, goneAt: 1 } }],
    ['a version that is no whole number', { ...delta, stamp: { ...stamp, version: 300.5 } }],
    ['a node without a name', { ...delta, stamp: { ...stamp, node: '' } }],
    ['no stamp', { ...delta, stamp: null }],
  ])('is refused with %s', (_, bad) => {
    expect(() => parseRequest({ kind: 'news', news: { deltas: [bad] } })).toThrow(
      'Gossip that has not its form: ',
    );
    expect(() => parseReply({ want: [], deltas: [bad] })).toThrow('Gossip that has not its form: ');
  });

  it('is refused with nothing in it', () => {
    expect(() => parseRequest({})).toThrow('Gossip that has not its form: ');
  });
});
