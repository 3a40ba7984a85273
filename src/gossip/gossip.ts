import { deltaFor, type NodeDelta } from './delta.ts';
import type { Digest, Reply, Request } from './message.ts';
import { type Random, sample } from './random.ts';
import type { Replica } from './replica.ts';
import { deltaBytes, entryBytes, stampBytes } from './size.ts';
import type { Stamp } from './stamp.ts';

/** Most bytes of a digest, of what an answer asks for, and of the deltas of one message, each. */
export const MESSAGE_LIMIT = 32 * 1024;

/** Of that for news, which goes to several: what has no room is told with the next exchanges. */
const NEWS_SHARE = 0.5;

/**
 * The conversation between two nodes, as functions of the messages: Scuttlebutt's three messages, and news. It sends
 * nothing itself; src/gossip/round.ts does, over any transport.
 */
export interface Gossip {
  /** Begins an exchange. */
  syn(): Request;
  /** What has changed since the last call, for others to pass on; undefined where nothing has. */
  news(): Request | undefined;
  /** Takes what another node has sent, and answers. */
  receive(request: Request): Reply;
  /** Takes the answer to a request. Gives what the other one still wants, where there is something. */
  answered(reply: Reply): Request | undefined;
}

export function createGossip(deps: { replica: Replica; random: Random; limit?: number }): Gossip {
  const { replica, random, limit = MESSAGE_LIMIT } = deps;

  /** From a random place on, where not all have room: whoever is left out now is in one of the next. */
  function makeDigest(): Digest {
    const stamps = [...replica.states().values()].map(({ stamp }) => stamp);
    const fitting = withinLimit(stamps);
    if (fitting.length === stamps.length) return { stamps, whole: true };
    const start = Math.floor(random() * stamps.length);
    return { stamps: withinLimit([...stamps.slice(start), ...stamps.slice(0, start)]), whole: false };
  }

  let last: { revision: number; digest: Digest } | undefined;

  function digest(): Digest {
    const revision = replica.revision();
    if (!last?.digest.whole || last.revision !== revision) last = { revision, digest: makeDigest() };
    return last.digest;
  }

  function withinLimit(stamps: readonly Stamp[]): readonly Stamp[] {
    let left = limit;
    const end = stamps.findIndex((stamp) => {
      left -= stampBytes(stamp);
      return left < 0;
    });
    return end < 0 ? stamps : stamps.slice(0, end);
  }

  /**
   * Of one node after the other, in random order, all that is lacking, as far as there is room. So at most one node is
   * cut, none has to wait for a particular other one, and who lacks much gets different nodes from different others.
   */
  function deltasFor(lacking: readonly Stamp[], most = limit): NodeDelta[] {
    const deltas: NodeDelta[] = [];
    let left = most;
    for (const theirs of sample(lacking, lacking.length, random)) {
      const state = replica.states().get(theirs.node);
      const delta = state && deltaFor(state, theirs, left);
      if (!delta) continue;
      deltas.push(delta);
      left -= deltaBytes(delta.stamp) + delta.entries.reduce((sum, entry) => sum + entryBytes(entry), 0);
    }
    return deltas;
  }

  return {
    syn: () => ({ kind: 'syn', digest: digest() }),

    news: () => {
      const deltas = deltasFor([...replica.takeNews().values()], limit * NEWS_SHARE);
      return deltas.length === 0 ? undefined : { kind: 'news', deltas };
    },

    receive: (request) => {
      if (request.kind === 'syn') {
        const { ahead, behind } = replica.compare(request.digest.stamps, request.digest.whole);
        return { want: withinLimit(behind), deltas: deltasFor(ahead) };
      }
      const gaps = replica.apply(request.deltas, { news: request.kind === 'news' });
      return { want: withinLimit(gaps), deltas: [] };
    },

    answered: ({ want, deltas }) => {
      replica.apply(deltas, { news: false });
      const wanted = replica.compare(want, false).ahead;
      const lacking = deltasFor(wanted);
      return lacking.length === 0 ? undefined : { kind: 'deltas', deltas: lacking };
    },
  };
}
