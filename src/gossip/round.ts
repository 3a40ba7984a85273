import type { Gossip } from './gossip.ts';
import type { Request, Transport } from './message.ts';
import { type Random, sample } from './random.ts';

/** What became of a conversation. */
export interface Contact {
  node: string;
  /** Why there was no answer. */
  error?: unknown;
}

export interface RoundDeps {
  gossip: Gossip;
  transport: Transport;
  random: Random;
}

/** With how many others a node exchanges in each round. */
const FANOUT = 1;

/**
 * To how many others news goes from each node that it is news to: so many that it comes to all of n nodes with
 * 1 - e^(-e^-2), that is 87 %, where no message is lost, and else to all but one or two. The exchanges do the rest.
 */
export function newsFanout(nodes: number): number {
  return Math.ceil(Math.log(Math.max(nodes, 1))) + 2;
}

/**
 * Exchanges with random others, so that this node and they hold the same, and with those that are to be tried besides.
 * Never fails.
 */
export async function exchangeRound(
  { gossip, transport, random }: RoundDeps,
  others: readonly string[],
  signal: AbortSignal,
  besides: readonly string[] = [],
): Promise<Contact[]> {
  const chosen = [...new Set([...sample(others, FANOUT, random), ...besides])];
  return Promise.all(
    chosen.map((node) => converse(gossip, transport, { node, request: gossip.syn() }, signal)),
  );
}

/** Sends what has changed since the last call to random others, if anything has. Never fails. */
export async function newsRound(
  { gossip, transport, random }: RoundDeps,
  others: readonly string[],
  signal: AbortSignal,
): Promise<Contact[]> {
  const request = gossip.news();
  if (request === undefined) return [];
  const chosen = sample(others, newsFanout(others.length + 1), random);
  return Promise.all(chosen.map((node) => converse(gossip, transport, { node, request }, signal)));
}

async function converse(
  gossip: Gossip,
  transport: Transport,
  { node, request }: { node: string; request: Request },
  signal: AbortSignal,
): Promise<Contact> {
  try {
    const rest = gossip.answered(await transport.send(node, request, signal));
    if (rest) await transport.send(node, rest, signal);
    return { node };
  } catch (error) {
    // The caller says it, if it matters: there is a next round.
    return { node, error };
  }
}
