import { type Check, error, type Finding, ok, together } from './check.ts';

/** A socket that listens for TCP. */
export interface Listener {
  port: number;
  /** By which the kernel's table and the file descriptors of a process name one socket. */
  inode: string;
}

export type Owner = 'haproxy' | 'peer';

export interface PortSource {
  /** Who has to listen where. */
  expected: readonly { port: number; owner: Owner }[];
  haproxyContainer: string;
  /** All of the host. */
  listeners(): Promise<readonly Listener[]>;
  /** Inodes of the sockets that a program has. */
  socketsOf(owner: Owner, signal: AbortSignal): Promise<ReadonlySet<string>>;
}

export function portChecks(source: PortSource): Check[] {
  return [
    {
      name: 'ports',
      hint: `docker restart ${source.haproxyContainer}`,
      look: async (signal) => {
        const [haproxy, peer] = await Promise.all([
          source.socketsOf('haproxy', signal),
          source.socketsOf('peer', signal),
        ]);
        return judgePorts(source, await source.listeners(), { haproxy, peer });
      },
    },
  ];
}

export function judgePorts(
  { expected, haproxyContainer }: Pick<PortSource, 'expected' | 'haproxyContainer'>,
  listeners: readonly Listener[],
  sockets: Record<Owner, ReadonlySet<string>>,
): Finding {
  const containers: Record<Owner, string> = { haproxy: haproxyContainer, peer: 'covey-peer' };
  return together(
    expected.map(({ port, owner }) => {
      const here = listeners.filter((one) => one.port === port);
      if (here.length === 0)
        return error(`nobody listens on ${port} (${owner})`, `docker restart ${containers[owner]}`);
      if (here.every(({ inode }) => sockets[owner].has(inode))) return ok(`${port} ${owner}`);
      return error(
        `another program than ${owner} listens on ${port}`,
        `ss -ltnp 'sport = :${port}' names it: stop it, then docker restart ${containers[owner]}`,
      );
    }),
  );
}

/** State of a socket that listens, in the kernel's table. */
const LISTEN = '0A';

/** The listening sockets of `/proc/net/tcp` or `tcp6`. */
export function parseListeners(table: string): Listener[] {
  return table
    .split('\n')
    .slice(1)
    .flatMap((line) => {
      const [, local, , state, , , , , , inode] = line.trim().split(/\s+/);
      const port = Number.parseInt(local?.split(':').at(-1) ?? '', 16);
      return state === LISTEN && inode !== undefined ? [{ port, inode }] : [];
    });
}

/** The inodes in what links of `/proc/PID/fd` point to, `socket:[4711]` a line. */
export function parseSockets(links: string): Set<string> {
  return new Set([...links.matchAll(/socket:\[(\d+)\]/g)].map(([, inode = '']) => inode));
}
