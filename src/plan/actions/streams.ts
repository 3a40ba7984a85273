import { upstreamName } from '../../app/stand-ins.ts';
import type { Container } from '../../docker/containers.ts';
import type { Requests } from '../../proxy/caddy/requests.ts';

/** All that Docker's DNS knows a container by on the network where Caddy asks for it, and its address. */
export function namesOf({ id, name, service, networks, aliases }: Named, network: string): string[] {
  const address = networks[network];
  return [name, upstreamName(id), service, ...(aliases[network] ?? []), ...(address ? [address] : [])];
}

type Named = Pick<Container, 'id' | 'name' | 'service' | 'networks' | 'aliases'>;

/**
 * How many requests to containers Caddy has under way, by what it tells itself, without streams.
 * @param hosts by which Caddy may ask for them
 */
export function requestsFor(hosts: readonly string[], requests: readonly Requests[]): number {
  const { asked, streams, both } = countsOf(hosts, requests);
  return Math.max(asked, both - streams);
}

/**
 * How much of what leads to containers has to come to its end, without streams.
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

function countsOf(hosts: readonly string[], requests: readonly Requests[]) {
  const names = new Set(hosts.map((host) => host.toLowerCase()));
  const own = requests.filter(({ host }) => names.has(host));
  const sum = (of: Requests['kind']) =>
    own.filter(({ kind }) => kind === of).reduce((total, { count }) => total + count, 0);
  return { asked: sum('requests'), streams: sum('streams'), both: sum('both') };
}
