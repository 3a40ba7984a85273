import { setTimeout as pause } from 'node:timers/promises';
import type { Bell } from '../bell.ts';
import type { Member, Members } from '../consul/members.ts';
import { asCoveyError } from '../errors.ts';
import { createGossip } from '../gossip/gossip.ts';
import type { Reply, Request } from '../gossip/message.ts';
import type { NodeState } from '../gossip/node-state.ts';
import { sample } from '../gossip/random.ts';
import { createReplica } from '../gossip/replica.ts';
import { type Contact as Conversation, exchangeRound, newsRound } from '../gossip/round.ts';
import type { Logger } from '../logger.ts';
import { createTeller, type Teller } from '../observed/entries.ts';
import type { Channels } from '../rpc/channels.ts';
import { version } from '../version.ts';
import { type Contact, createContacts, reachFacts } from './contacts.ts';
import { createGossipPeers } from './gossip-peers.ts';
import { createGossipTransport } from './gossip-transport.ts';

/** From one exchange to the next, in milliseconds, half as long to half as long again. */
const ROUND = 1_000;

/** From one sending of news to the next; what comes in between goes together. */
const NEWS_PAUSE = 50;

/** Most nodes of those that do not answer that are tried in each round: it is seen soon when one is back. */
const RETRIED = 2;

/** Conversations with a node that fail in a row before it is said. */
const PERSISTS = 10;

/** Who was cut off for longer gets the states of others whole. */
const KEEP_TOMBSTONES = 3_600_000;
/** Longer than somebody is cut off, and then comes back with what has left meanwhile. */
const KEEP_GONE = 7 * 24 * 3_600_000;

/** Is told what is said, for whoever counts it. */
export interface GossipCounter {
  /** What became of the conversations of one round. */
  conversations(ended: readonly Conversation[]): void;
  /** Another node's message. */
  heard(request: Request): void;
}

/** What this node tells the others and hears of them. */
export interface NodeGossip {
  /** What is held of each node, this one too. */
  states(): ReadonlyMap<string, NodeState>;
  /** Members as Consul said last, undefined before it said anything; and whether it answers now. */
  members(): readonly Member[] | undefined;
  consulAnswers(): boolean;
  /** How this node reaches the others. */
  contacts(): ReadonlyMap<string, Contact>;
  /** Tells all nodes, soon. */
  tell: Teller['tell'];
  /** This node is gone for good, and says so. */
  leave(): void;
  /** Takes another node's message, and answers. */
  hear(request: Request): Reply;
  /** Goes on until the signal. */
  run(signal: AbortSignal): Promise<void>;
}

export function createNodeGossip(deps: {
  node: string;
  members: Pick<Members, 'watch'>;
  channels: Channels;
  port: number;
  logger: Logger;
  /** Is rung when anything that it knows has changed. */
  changed: Pick<Bell, 'ring'>;
  counter?: GossipCounter;
  /** In milliseconds. */
  round?: number;
}): NodeGossip {
  const { node, logger, changed, counter, round = ROUND } = deps;
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
  const transport = createGossipTransport({ ...deps, address: peers.addressOf });
  const rounds = { gossip, transport, random };
  const contacts = createContacts(Date.now);
  const { tell } = createTeller((key, value) => {
    replica.write(key, value);
    woken.resolve();
  });
  let woken = Promise.withResolvers<void>();
  let revision = replica.revision();

  /** Rings if anything is held that was not before. */
  function noteChange(): void {
    if (replica.revision() === revision) return;
    revision = replica.revision();
    changed.ring();
  }

  function note(conversations: readonly Conversation[]): void {
    counter?.conversations(conversations);
    for (const { node: name, error } of conversations) {
      const { failures } = contacts.note(name, error);
      // A second without an answer is nothing; what does not go away is said once.
      if (failures === PERSISTS)
        logger.warn({ node: name }, `Gossip does not reach ${name}: ${asCoveyError(error).message}`);
    }
    tell('reach', reachFacts(contacts));
    noteChange();
  }

  /** Nobody waits for an answer: one that does not come would hold up the next round. */
  async function exchanges(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      for (const name of peers.departed()) replica.remove(name);
      replica.collect();
      woken.resolve();
      const silent = [...new Set([...contacts.failing(), ...peers.failed()])];
      const besides = sample(silent, RETRIED, random);
      void exchangeRound(rounds, [...peers.others().keys()], signal, besides).then(note);
      await pause(round * (0.5 + random()), undefined, { signal }).catch(() => undefined); // an abort ends the loop
    }
  }

  async function news(signal: AbortSignal): Promise<void> {
    signal.addEventListener('abort', () => woken.resolve(), { once: true });
    while (!signal.aborted) {
      await woken.promise;
      woken = Promise.withResolvers();
      if (signal.aborted) return;
      noteChange();
      void newsRound(rounds, [...peers.others().keys()], signal).then(note);
      await pause(NEWS_PAUSE, undefined, { signal }).catch(() => undefined); // an abort ends the loop
    }
  }

  async function members(signal: AbortSignal): Promise<void> {
    const callbacks = {
      onError: () => {
        if (peers.answers()) changed.ring();
        peers.lost();
      },
      onRecover: () => {
        const last = peers.members();
        if (last) peers.update(last);
        changed.ring();
      },
    };
    for await (const list of deps.members.watch(signal, callbacks)) {
      peers.update(list);
      const present = list.filter(({ state }) => state !== 'left').map(({ name }) => name);
      deps.channels.keep(present);
      contacts.keep(new Set(present));
      const own = list.find(({ name }) => name === node);
      if (own) tell('peer', new Map([[undefined, { version, address: own.address }]]));
      changed.ring();
    }
  }

  return {
    states: replica.states,
    members: peers.members,
    consulAnswers: peers.answers,
    contacts: contacts.all,
    tell,
    leave: () => {
      replica.leave();
      woken.resolve();
    },
    hear: (request) => {
      counter?.heard(request);
      const reply = gossip.receive(request);
      woken.resolve();
      return reply;
    },
    run: async (signal) => {
      await Promise.all([exchanges(signal), news(signal), members(signal)]);
    },
  };
}
