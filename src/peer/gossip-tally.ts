import type { Request } from '../gossip/message.ts';
import type { Contact } from '../gossip/round.ts';

/** What gossip has done since the start of the peer. */
export interface Tally {
  /** Rounds in which this node said something: exchanges by the clock, and news. */
  rounds: number;
  /** Conversations of these rounds that went well, and those that did not. */
  answered: number;
  failed: number;
  /** Messages of other nodes, by kind. */
  heard: Readonly<Record<Request['kind'], number>>;
  /** Node -> how often in a row it did not answer. */
  failing: ReadonlyMap<string, number>;
}

/** @param failing is kept by whoever talks */
export function createTally(failing: ReadonlyMap<string, number>) {
  const counts = { rounds: 0, answered: 0, failed: 0 };
  const heard: Record<Request['kind'], number> = { syn: 0, deltas: 0, news: 0 };
  return {
    round: (contacts: readonly Contact[]): void => {
      if (contacts.length > 0) counts.rounds += 1;
      for (const { error } of contacts) counts[error === undefined ? 'answered' : 'failed'] += 1;
    },
    heard: ({ kind }: Request): void => {
      heard[kind] += 1;
    },
    read: (): Tally => ({ ...counts, heard: { ...heard }, failing }),
  };
}
