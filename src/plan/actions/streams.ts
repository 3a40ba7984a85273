import type { Requests } from '../../proxy/caddy-requests.ts';

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
  const names = new Set(hosts.map((host) => host.toLowerCase()));
  let [asked, streams] = [0, 0];
  for (const { address, count } of requests) {
    const host = address.slice(0, address.lastIndexOf(':')).toLowerCase();
    if (names.has(host)) asked += count;
    else if (host.endsWith('.') && names.has(host.slice(0, -1))) streams += count;
  }
  return Math.max(asked, connections - streams);
}
