import { leaderOf } from '../../consul/leader.ts';
import type { ConsulSource } from '../../doctor/consul.ts';
import type { PeerSource } from '../../doctor/peers.ts';
import type { ExaminerDeps } from './deps.ts';

export function consul({
  config: { node, address },
  consul: client,
  members,
}: Pick<ExaminerDeps, 'config' | 'consul' | 'members'>): ConsulSource {
  return {
    node,
    address,
    leader: (signal) => leaderOf(client, signal),
    self: (signal) => members.self(signal),
    members: (signal) => members.list(signal),
  };
}

export function peers({
  config,
  members,
  nodes,
}: Pick<ExaminerDeps, 'config' | 'members' | 'nodes'>): PeerSource {
  return {
    port: config.listen.port,
    others: async (signal) => {
      const alive = (await members.list(signal)).filter(({ state }) => state === 'alive');
      return alive.map(({ name }) => name).filter((name) => name !== config.node);
    },
    time: nodes.time,
  };
}
