import { expect, it } from 'vitest';
import type { Member } from '../../../src/consul/members.ts';
import type { NodeState } from '../../../src/gossip/node-state.ts';
import { createGossipPeers } from '../../../src/peer/gossip-peers.ts';

const member = (name: string, state: Member['state']): Member => ({
  ...{ name, state, address: `10.0.0.${name.slice(4)}`, server: true },
});

const known = (node: string, value?: string, goneAt = 0): [string, NodeState] => [
  node,
  {
    stamp: { node, incarnation: 1, version: 1, floor: 0, goneAt },
    entries: value === undefined ? [] : [{ key: 'peer', version: 1, value }],
  },
];

const told = (address: string) => JSON.stringify({ version: '0.1.0', address });

function makePeers(...states: [string, NodeState][]) {
  const clock = { now: 1_000_000 };
  const held = new Map(states);
  return {
    clock,
    held,
    peers: createGossipPeers({ node: 'node1', states: () => held, now: () => clock.now }),
  };
}

it('talks to the members that are alive', () => {
  const { peers } = makePeers(known('node1', told('10.0.0.1')), known('node4', told('10.0.0.4')));
  peers.update([
    ...[member('node1', 'alive'), member('node2', 'alive')],
    ...[member('node3', 'failed'), member('node4', 'left')],
  ]);
  expect(peers.others()).toEqual(new Map([['node2', '10.0.0.2']]));
});

it('talks without Consul to all of whom it has heard', () => {
  const { peers } = makePeers(
    ...[
      known('node1', told('10.0.0.1')),
      known('node2', told('10.0.0.22')),
      known('node3', told('10.0.0.3')),
    ],
    ...[known('node4'), known('node5', 'x'), known('node6', '{}'), known('node7', undefined, 1)],
  );
  const heard = { node2: '10.0.0.22', node3: '10.0.0.3' };
  expect(peers.others()).toEqual(new Map(Object.entries(heard)));
  peers.update([member('node2', 'alive'), member('node8', 'alive')]);
  peers.lost();
  const both = { node2: '10.0.0.2', node3: '10.0.0.3', node8: '10.0.0.8' };
  expect(peers.others()).toEqual(new Map(Object.entries(both)));
});

it('takes a node for gone at once when it has left, and when it has been missing for a minute', () => {
  const states = ['node1', 'node2', 'node3', 'node4'].map((name) => known(name));
  const { peers, clock } = makePeers(...states, known('node5', undefined, 1));
  expect(peers.departed()).toEqual([]);
  peers.update([member('node2', 'left'), member('node3', 'failed')]);
  expect(peers.departed()).toEqual(['node2']);
  clock.now += 59_999;
  expect(peers.departed()).toEqual([]);
  clock.now += 1;
  // node2 says that it is not gone, though Consul still does.
  expect(peers.departed()).toEqual(['node2', 'node4']);
  peers.lost();
  clock.now += 60_000;
  expect(peers.departed()).toEqual([]);
});

it('forgets that a node was missing when it is there again', () => {
  const { peers, clock } = makePeers(known('node2'));
  peers.update([]);
  expect(peers.departed()).toEqual([]);
  clock.now += 50_000;
  peers.update([member('node2', 'alive')]);
  expect(peers.departed()).toEqual([]);
  peers.update([]);
  clock.now += 50_000;
  expect(peers.departed()).toEqual([]);
});
