import { z } from 'zod';
import { CoveyError } from '../../errors.ts';
import { STREAM_DOT } from '../../render/caddyfile/streams.ts';
import type { Answer } from './admin.ts';

/** Where Caddy's admin API tells of them. */
export const UPSTREAMS = '/reverse_proxy/upstreams';

/** What Caddy has sent on to a host and not answered to the end. */
export interface Requests {
  /** In lower case. */
  host: string;
  /** Whether it is streams (`render/caddyfile/streams.ts`), all others, or both together, which may be told apart besides. */
  kind: 'requests' | 'streams' | 'both';
  count: number;
}

const upstreams = z.array(z.object({ address: z.string(), num_requests: z.number() }));

/** The host as it is configured, while the variable may stand for either. */
const VARIABLE = `{http.vars.${STREAM_DOT}}`;

/**
 * What it answers to `UPSTREAMS`. Of upstreams that a configuration before has dialled, and of streams apart, Caddy tells since 2.11.2.
 * @throws CoveyError `unavailable` where it is something else
 */
export function requestsIn({ body }: Answer): Requests[] {
  try {
    return upstreams.parse(JSON.parse(body)).map(({ address, num_requests: count }) => {
      const host = address.slice(0, address.lastIndexOf(':')).toLowerCase();
      if (host.endsWith(VARIABLE)) return { host: host.slice(0, -VARIABLE.length), kind: 'both', count };
      if (host.endsWith('.')) return { host: host.slice(0, -1), kind: 'streams', count };
      return { host, kind: 'requests', count };
    });
  } catch (cause) {
    throw new CoveyError('unavailable', 'Caddy does not tell which requests are under way.', {
      cause,
      hint: 'Look at the log of its container.',
    });
  }
}
