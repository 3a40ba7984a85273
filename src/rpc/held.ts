import type { Client } from '@grpc/grpc-js';

/** A channel with a call on it, until it is let go. */
export interface Held extends Disposable {
  client: Client;
}

/** Which channels have calls on them. */
export interface HeldChannels {
  /** A call runs on it, or waits for it to connect. */
  hold(client: Client): Held;
  /** Closes it once nothing runs on it any more. */
  close(client: Client): void;
  /** Closes it at once: what waits on it for a connection ends, what still has one goes on. */
  cut(client: Client): void;
}

/**
 * grpc-js lets what runs on a closed channel go on, but drops it at the next ping, which a connection that is about to close
 * cannot send (grpc-node#3068). So a channel is closed only behind its last call; until then pings tell whether it is dead.
 */
export function createHeldChannels(): HeldChannels {
  const calls = new Map<Client, number>();
  const closing = new Set<Client>();

  return {
    hold: (client) => {
      calls.set(client, (calls.get(client) ?? 0) + 1);
      return {
        client,
        [Symbol.dispose]() {
          const left = (calls.get(client) ?? 1) - 1;
          if (left > 0) return void calls.set(client, left);
          calls.delete(client);
          if (closing.delete(client)) client.close();
        },
      };
    },
    close: (client) => {
      if (calls.has(client)) closing.add(client);
      else client.close();
    },
    cut: (client) => {
      closing.delete(client);
      client.close();
    },
  };
}
