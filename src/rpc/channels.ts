import { type Connection, connect } from './connection.ts';
import type { DialTimes, Target } from './dial.ts';
import type { TlsMaterial } from './tls.ts';

/** The connections of a peer to the others, one a node, made on demand. */
export interface Channels {
  /** The connection to a node. One that moved to another address gets a new connection, and the old one is closed. */
  to(node: { name: string; address: string; port: number }): Connection;
  /** Closes what leads to nodes not in `names`: those that left the cluster. */
  keep(names: string[]): void;
  close(): void;
}

/** A pool of connections. Every node's certificate must say its name; without `tls` all is plaintext. */
export function createChannels(options: {
  tls: TlsMaterial | undefined;
  times?: Partial<DialTimes>;
}): Channels {
  const pool = new Map<string, { target: Target; connection: Connection }>();

  function drop(name: string): void {
    pool.get(name)?.connection.close();
    pool.delete(name);
  }

  return {
    to: ({ name, address, port }) => {
      const present = pool.get(name);
      if (present?.target.host === address && present.target.port === port) return present.connection;
      drop(name);
      const target = { host: address, port, name };
      const connection = connect(target, options);
      pool.set(name, { target, connection });
      return connection;
    },
    keep: (names) => {
      const kept = new Set(names);
      for (const name of [...pool.keys()]) if (!kept.has(name)) drop(name);
    },
    close: () => {
      for (const name of [...pool.keys()]) drop(name);
    },
  };
}
