import type { Config } from '../config/schema.ts';
import { type Claims, claimSessionName, createClaims } from '../consul/claims.ts';
import { type ConsulClient, createConsulClient } from '../consul/client.ts';
import { createEvents, type Events } from '../consul/events.ts';
import { createKv, type Kv } from '../consul/kv.ts';
import { createLocks, type Locks, lockSessionName } from '../consul/lock.ts';
import { createMembers, type Members } from '../consul/members.ts';
import { createRegistration, type Registration } from '../consul/registration.ts';
import { destroySessions } from '../consul/session.ts';
import { asCoveyError } from '../errors.ts';
import type { Logger } from '../logger.ts';

/** What a peer works with of Consul, all by one client. */
export interface NodeConsul {
  client: ConsulClient;
  kv: Kv;
  locks: Locks;
  members: Members;
  claims: Claims;
  events: Events;
  registration: Registration;
}

export function createNodeConsul({ consul, node }: Pick<Config, 'consul' | 'node'>): NodeConsul {
  const client = createConsulClient(consul);
  return {
    client,
    kv: createKv(client),
    locks: createLocks(client),
    members: createMembers(client),
    claims: createClaims(client, node),
    events: createEvents(client),
    registration: createRegistration(client),
  };
}

/** What a peer that was killed on this node held is free at once, not after its TTL. */
export async function freeSessions(
  client: ConsulClient,
  node: string,
  { logger, signal }: { logger: Logger; signal: AbortSignal },
): Promise<void> {
  try {
    for (const name of [lockSessionName(node), claimSessionName(node)])
      await destroySessions(client, name, signal);
  } catch (thrown) {
    logger.warn(`Sessions of an earlier run end by themselves: ${asCoveyError(thrown).message}`);
  }
}
