import { setTimeout as pause } from 'node:timers/promises';
import type { Members } from '../consul/members.ts';
import { asCoveyError } from '../errors.ts';
import { createGossip } from '../gossip/gossip.ts';
import type { Reply, Request } from '../gossip/message.ts';
import type { NodeState } from '../gossip/node-state.ts';
import { createReplica } from '../gossip/replica.ts';
import { type Contact, exchangeRound, newsRound } from '../gossip/round.ts';
import type { Logger } from '../logger.ts';
import type { Channels } from '../rpc/channels.ts';
import { version } from '../version.ts';
import { createGossipPeers, PEER_KEY } from './gossip-peers.ts';
import { createTally, type Tally } from './gossip-tally.ts';
import { createGossipTransport } from './gossip-transport.ts';

/** From one exchange to the next, in milliseconds, half as long to half as long again. */
const ROUND = 1_000;

/** From one sending of news to the next; what comes in between goes together. */
const NEWS_PAUSE = 50;

/** Conversations with a node that fail in a row before it is said. */
const PERSISTS = 10;

/** Who was cut off for longer gets the states of others whole. */
const KEEP_TOMBSTONES = 3_600_000;
/** Longer than somebody is cut off, and then comes back with what has left meanwhile. */
const KEEP_GONE = 7 * 24 * 3_600_000;

/** What this node tells the others and hears of them. */
export interface NodeGossip {
  /** What is held of each node, this one too. */
  states(): ReadonlyMap<string, NodeState>;
  /** Tells all nodes, soon. As `Replica.write`. */
  write(key: string, value: string | undefined): void;
  /** Takes another node's message, and answers. */
  hear(request: Request): Reply;
  tally(): Tally;
  /** Goes on until the signal. */
  run(signal: AbortSignal): Promise<void>;
}

export function createNodeGossip(deps: {
  node: string;
  members: Pick<Members, 'watch'>;
  channels: Channels;
  port: number;
  logger: Logger;
  /** In milliseconds. */
  round?: number;
}): NodeGossip {
  const { node, logger, round = ROUND } = deps;
  const random = Math.random;
  const replica = createReplica({
    node,
    incarnation: Date.now(),
    now: Date.now,
    random,
    keepTombstones: KEEP_TOMBSTONES,
    keepGone: KEEP_GONE,
  });
  const gossip = createGossip({ replica, random });
  const peers = createGossipPeers({ node, states: replica.states, now: Date.now });
  const address = (name: string) => peers.others().get(name);
  const transport = createGossipTransport({ ...deps, address });
  const rounds = { gossip, transport, random };
  /** How often in a row a node did not answer. */
  const failing = new Map<string, number>();
  const tally = createTally(failing);
  let woken = Promise.withResolvers<void>();

  function note(contacts: readonly Contact[]): void {
    tally.round(contacts);
    for (const { node: name, error } of contacts) {
      const times = error === undefined ? 0 : (failing.get(name) ?? 0) + 1;
      failing.set(name, times);
      // A second without an answer is nothing; what does not go away is said once.
      if (times === PERSISTS)
        logger.warn({ node: name }, `Gossip does not reach ${name}: ${asCoveyError(error).message}`);
    }
  }

  /** Nobody waits for an answer: one that does not come would hold up the next round. */
  async function exchanges(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      for (const name of peers.departed()) replica.remove(name);
      replica.collect();
      woken.resolve();
      void exchangeRound(rounds, [...peers.others().keys()], signal).then(note);
      await pause(round * (0.5 + random()), undefined, { signal }).catch(() => undefined); // an abort ends the loop
    }
  }

  async function news(signal: AbortSignal): Promise<void> {
    signal.addEventListener('abort', () => woken.resolve(), { once: true });
    while (!signal.aborted) {
      await woken.promise;
      woken = Promise.withResolvers();
      if (signal.aborted) return;
      void newsRound(rounds, [...peers.others().keys()], signal).then(note);
      await pause(NEWS_PAUSE, undefined, { signal }).catch(() => undefined); // an abort ends the loop
    }
  }

  async function members(signal: AbortSignal): Promise<void> {
    const callbacks = { onError: peers.lost, onRecover: () => peers.update(last) };
    let last: Parameters<typeof peers.update>[0] = [];
    for await (const list of deps.members.watch(signal, callbacks)) {
      last = list;
      peers.update(list);
      deps.channels.keep(list.filter(({ state }) => state !== 'left').map(({ name }) => name));
      const own = list.find(({ name }) => name === node);
      if (own) write(PEER_KEY, JSON.stringify({ version, address: own.address }));
    }
  }

  function write(key: string, value: string | undefined): void {
    replica.write(key, value);
    woken.resolve();
  }

  return {
    states: replica.states,
    write,
    tally: tally.read,
    hear: (request) => {
      tally.heard(request);
      const reply = gossip.receive(request);
      woken.resolve();
      return reply;
    },
    run: async (signal) => {
      await Promise.all([exchanges(signal), news(signal), members(signal)]);
    },
  };
}
