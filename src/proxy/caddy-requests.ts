import { z } from 'zod';
import { CoveyError } from '../errors.ts';
import type { Answer } from './caddy-admin.ts';

/** Where Caddy's admin API tells of them. */
export const UPSTREAMS = '/reverse_proxy/upstreams';

/** Requests that Caddy has sent on and not answered to the end. */
export interface Requests {
  /** host:port, as Caddy has dialled it. */
  address: string;
  count: number;
}

const upstreams = z
  .array(z.object({ address: z.string(), num_requests: z.number() }))
  .transform((all) => all.map(({ address, num_requests: count }) => ({ address, count })));

/**
 * What it answers to `UPSTREAMS`. Of upstreams that a configuration before has dialled, or that have a variable in their name, Caddy tells
 * since 2.11.2; an older one tells of none.
 * @throws CoveyError `unavailable` where it is something else
 */
export function requestsIn({ body }: Answer): Requests[] {
  try {
    return upstreams.parse(JSON.parse(body));
  } catch (cause) {
    throw new CoveyError('unavailable', 'Caddy does not tell which requests are under way.', {
      cause,
      hint: 'Look at the log of its container.',
    });
  }
}
