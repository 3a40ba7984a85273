import type { Member } from '../consul/members.ts';
import { type Check, error, type Finding, ok, together, warning } from './check.ts';

/** The node's Consul agent. Each call throws where it does not answer. */
export interface ConsulSource {
  /** Name of this node by its settings. */
  node: string;
  /** Its address by its settings; undefined: whatever Consul says. */
  address: string | undefined;
  /** Address of the leader; undefined while there is none. */
  leader(signal: AbortSignal): Promise<string | undefined>;
  self(signal: AbortSignal): Promise<Member>;
  members(signal: AbortSignal): Promise<readonly Member[]>;
}

export function consulChecks(source: ConsulSource): Check[] {
  const hint = 'docker start covey-consul, docker logs --tail 20 covey-consul';
  return [
    { name: 'consul', hint, look: async (signal) => judgeLeader(await source.leader(signal)) },
    {
      name: 'consul member',
      hint,
      look: async (signal) => judgeSelf(source, await source.self(signal)),
    },
    { name: 'consul members', hint, look: async (signal) => judgeMembers(await source.members(signal)) },
    { name: 'consul servers', hint, look: async (signal) => judgeServers(await source.members(signal)) },
  ];
}

export function judgeLeader(leader: string | undefined): Finding {
  if (leader !== undefined) return ok(`the agent answers, the leader is ${leader}`);
  return error(
    'Consul has no leader: nothing can be deployed or changed',
    'bring servers back until a majority runs (docker start covey-consul on each); docs/operations.md, "When something is down"',
  );
}

export function judgeSelf(
  { node, address }: Pick<ConsulSource, 'node' | 'address'>,
  self: Pick<Member, 'name' | 'address'>,
): Finding {
  const mend =
    "in covey's folder: node/install.sh --name NAME --address IP, make /etc/covey/covey.yml say the same, then " +
    'docker restart covey-consul covey-peer';
  return together([
    self.name === node
      ? ok(`this node is ${self.name} (${self.address})`)
      : error(`Consul calls this node ${self.name}, but the settings say ${node}`, mend),
    address === undefined || self.address === address
      ? ok('')
      : error(`Consul advertises ${self.address}, but the settings say ${address}`, mend),
  ]);
}

export function judgeMembers(members: readonly Pick<Member, 'name' | 'state'>[]): Finding {
  const present = members.filter(({ state }) => state !== 'left');
  const failed = present.filter(({ state }) => state === 'failed').map(({ name }) => name);
  if (failed.length === 0) return ok(`alive: ${present.map(({ name }) => name).join(', ')}`);
  return error(
    `not alive: ${failed.join(', ')}`,
    `start the machine, or docker start covey-consul on it; if it is gone for good: ` +
      `docker exec covey-consul consul force-leave ${failed[0]}`,
  );
}

/** A majority of the servers has to run. */
export function judgeServers(members: readonly Pick<Member, 'state' | 'server'>[]): Finding {
  const count = members.filter(({ state, server }) => server && state !== 'left').length;
  const hint = 'add nodes until there are 3 (README, "A real node")';
  if (count === 0) return error('no member is a Consul server', 'docker start covey-consul on each node');
  if (count === 1) return warning('1 Consul server: without it nothing can be deployed or changed', hint);
  if (count === 2)
    return warning('2 Consul servers: when one is lost there is no majority, and no takeover', hint);
  return ok(`${count} servers, of which ${Math.ceil(count / 2) - 1} may be lost`);
}
