import { z } from 'zod';
import type { ConsulClient } from './client.ts';

/** Address of the leader of the servers, `10.0.0.1:8300`; undefined while there is none. Errors: those of ConsulClient.call. */
export async function leaderOf(consul: ConsulClient, signal: AbortSignal): Promise<string | undefined> {
  const { body } = await consul.call((o) => consul.raw.status.leader(o as never), { signal });
  return z.string().parse(body) || undefined;
}
