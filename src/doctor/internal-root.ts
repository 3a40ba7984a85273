import { type Check, type Finding, ok, warning } from './check.ts';

/** The root of a node's internal certificates, and that of the cluster, by their fingerprints. */
export interface Roots {
  /** False where the peer does not see what Caddy keeps. */
  isSeen: boolean;
  /** Undefined before Caddy has made one. */
  own: string | undefined;
  /** Undefined before a node has said which it is. */
  agreed: string | undefined;
}

/** @param look undefined: without TLS between peers each node has a root of its own */
export function internalRootChecks(look: ((signal: AbortSignal) => Promise<Roots>) | undefined): Check[] {
  return [
    {
      name: 'internal root',
      hint: 'ls -l /data/caddy in the peer: docker exec covey-peer ls -l /data/caddy',
      look: async (signal) =>
        look === undefined
          ? ok('without certificates between peers each node has a root of its own')
          : judgeRoots(await look(signal)),
    },
  ];
}

export function judgeRoots({ isSeen, own, agreed }: Roots): Finding {
  if (!isSeen) {
    const upgrade = 'docker compose up -d, with the docker-compose.yml of this version';
    return warning(
      'the peer does not see what Caddy keeps: an app that moves gets new certificates',
      upgrade,
    );
  }
  if (own === undefined) return warning('Caddy has made no root yet', 'docker logs --tail 20 covey-caddy');
  const log = 'docker logs --tail 50 covey-peer says why; it is tried again';
  if (agreed === undefined) return warning('no node has said yet which root is that of the cluster', log);
  if (own === agreed) return ok(`internal certificates end in the cluster's (${agreed.slice(0, 23)}…)`);
  return warning("internal certificates end in this node's own, not in that of the cluster", log);
}
