import { upstreamName } from '../../app/stand-ins.ts';
import type { Container } from '../../docker/containers.ts';
import type { Requests } from '../../proxy/caddy-requests.ts';
import { STREAM_DOT } from '../../render/caddyfile/streams.ts';

/** All that Docker's DNS knows a container by on the network where Caddy asks for it, and its address. */
export function namesOf({ id, name, service, networks, aliases }: Named, network: string): string[] {
  const address = networks[network];
  return [name, upstreamName(id), service, ...(aliases[network] ?? []), ...(address ? [address] : [])];
}

type Named = Pick<Container, 'id' | 'name' | 'service' | 'networks' | 'aliases'>;

/**
 * How many requests to containers Caddy has under way, by what it tells itself. A stream is known by the dot behind the host
 * (`render/caddyfile/streams.ts`). By the name as it is configured Caddy tells of both together, and before 2.11.2 of neither apart.
 * @param hosts by which Caddy may ask for them
 */
export function requestsFor(hosts: readonly string[], requests: readonly Requests[]): number {
  const { asked, streams, both } = countsOf(hosts, requests);
  return Math.max(asked, both - streams);
}

const VARIABLE = `{http.vars.${STREAM_DOT}}`;

function countsOf(hosts: readonly string[], requests: readonly Requests[]) {
  const names = new Set(hosts.map((host) => host.toLowerCase()));
  const counts = { asked: 0, streams: 0, both: 0 };
  for (const { address, count } of requests) {
    const host = address.slice(0, address.lastIndexOf(':')).toLowerCase();
    if (names.has(host)) counts.asked += count;
    else if (host.endsWith('.') && names.has(host.slice(0, -1))) counts.streams += count;
    else if (host.endsWith(VARIABLE) && names.has(host.slice(0, -VARIABLE.length))) counts.both += count;
  }
  return counts;
}

/**
 * How much of what leads to containers has to come to its end. A stream is known by the dot behind the host (`render/caddyfile/streams.ts`).
 * Two counts have to agree, of which each sees what the other one may not: connections of the kernel's, of which each stream has one, and
 * requests as Caddy counts them. Where they do not, it is the higher one.
 * @param connections to the containers
 * @param hosts by which Caddy may ask for them
 */
export function withoutStreams(
  connections: number,
  requests: readonly Requests[],
  hosts: readonly string[],
): number {
  const { asked, streams } = countsOf(hosts, requests);
  return Math.max(asked, connections - streams);
}
