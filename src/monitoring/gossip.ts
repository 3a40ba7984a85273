import { Counter, type Registry } from 'prom-client';
import type { Request } from '../gossip/message.ts';
import type { Contact } from '../gossip/round.ts';

/** Counts what this node says to the others and what they say to it. */
export function countGossip(registry: Registry): {
  conversations(ended: readonly Contact[]): void;
  heard(request: Pick<Request, 'kind'>): void;
} {
  const registers = [registry];
  const rounds = new Counter({
    name: 'covey_gossip_rounds_total',
    help: 'Rounds of gossip in which this node said something: exchanges by the clock, and news.',
    registers,
  });
  const conversations = new Counter({
    name: 'covey_gossip_conversations_total',
    help: 'Conversations that this node began, by outcome (answered, failed).',
    labelNames: ['outcome'],
    registers,
  });
  const messages = new Counter({
    name: 'covey_gossip_messages_received_total',
    help: 'Messages of other nodes, by kind (syn, deltas, news).',
    labelNames: ['kind'],
    registers,
  });
  for (const outcome of ['answered', 'failed']) conversations.inc({ outcome }, 0);
  for (const kind of ['syn', 'deltas', 'news'] satisfies Request['kind'][]) messages.inc({ kind }, 0);

  return {
    conversations: (ended) => {
      if (ended.length > 0) rounds.inc();
      for (const { error } of ended)
        conversations.inc({ outcome: error === undefined ? 'answered' : 'failed' });
    },
    heard: ({ kind }) => messages.inc({ kind }),
  };
}
