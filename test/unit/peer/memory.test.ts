import { describe, expect, it } from 'vitest';
import { createBell } from '../../../src/bell.ts';
import type { Member } from '../../../src/consul/members.ts';
import type { NodeState } from '../../../src/gossip/node-state.ts';
import type { Fact, Kind } from '../../../src/observed/facts.ts';
import type { Contact } from '../../../src/peer/contacts.ts';
import { createMemory } from '../../../src/peer/memory.ts';
import type { View } from '../../../src/proxy/view.ts';

type Facts = { [K in Kind]?: Fact<K> };

const state = (node: string, facts: Facts): [string, NodeState] => [
  node,
  {
    stamp: { node, incarnation: 1, version: 9, floor: 0, goneAt: 0 },
    entries: Object.entries(facts).map(([kind, fact], index) => ({
      key: ['peer', 'serving', 'load'].includes(kind) ? kind : `${kind}/x`,
      version: index + 1,
      value: JSON.stringify(fact),
    })),
  },
];

const member = (name: string, itsState: Member['state'] = 'alive'): Member => ({
  ...{ name, address: '10.0.0.1', state: itsState, server: true },
});
const serving = { serving: { generation: 7 } };
const reached: Contact = { reached: true, since: 1, failures: 0 };
const lost: Contact = { reached: false, since: 1, failures: 2, error: new Error('refused') };

const make = (given: {
  states?: [string, NodeState][];
  members?: Member[] | undefined;
  contacts?: Record<string, Contact>;
  answers?: boolean;
  view?: View;
}) =>
  createMemory({
    node: 'n1',
    gossip: {
      states: () => new Map(given.states),
      members: () => given.members,
      consulAnswers: () => given.answers ?? true,
      contacts: () => new Map(Object.entries(given.contacts ?? {})),
    },
    view: () => given.view,
    changed: createBell(),
  });

describe('a node', () => {
  const errorOf = (given: Parameters<typeof make>[0]) =>
    make(given)
      .nodes()
      .find(({ name }) => name === 'n2');

  it('is reachable when it answers and has told of itself', () => {
    const given = {
      states: [state('n2', serving)],
      members: [member('n1'), member('n2')],
      contacts: { n2: reached },
    };
    expect(errorOf(given)).toMatchObject({ reachable: true, error: '', generation: 7 });
  });

  it('that does not answer this one is reachable still when another reaches it', () => {
    const given = {
      states: [state('n2', serving)],
      members: [member('n2'), member('n3')],
      contacts: { n2: lost, n3: reached },
    };
    expect(errorOf(given)).toMatchObject({
      ...{ reachable: false, error: 'the peer of n2 does not answer: refused', generation: 7 },
    });
    const seen = state('n3', { reach: { node: 'n2', reached: true, since: 1 } });
    expect(errorOf({ ...given, states: [...given.states, seen] })).toMatchObject({ reachable: true });
    // What is told by somebody who does not answer either is old.
    const gone = { ...given, contacts: { n2: lost, n3: lost }, states: [...given.states, seen] };
    expect(errorOf(gone)).toMatchObject({ reachable: false });
  });

  it('that Consul calls failed is not reachable, as long as Consul answers', () => {
    const given = {
      states: [state('n2', serving)],
      members: [member('n2', 'failed')],
      contacts: { n2: reached },
    };
    expect(errorOf(given)).toMatchObject({
      reachable: false,
      error: 'n2 is not alive: Consul says "failed"',
    });
    expect(errorOf({ ...given, answers: false })).toMatchObject({ reachable: true });
  });

  it('that told only its address has told nothing of its apps', () => {
    const given = {
      states: [state('n2', { peer: { version: '1', address: '' } })],
      members: [member('n2')],
      contacts: { n2: reached },
    };
    expect(errorOf(given)).toMatchObject({
      ...{ reachable: false, version: '1', error: 'the peer of n2 has told nothing of its apps yet' },
    });
  });

  it('that left is not among them', () => {
    expect(
      make({ members: [member('n1'), member('n2', 'left')] })
        .nodes()
        .map(({ name }) => name),
    ).toEqual(['n1']);
  });
});

it('before Consul said anything nothing is known', () => {
  const memory = make({ members: undefined });
  expect(() => memory.nodes()).toThrow('n1 has not heard from Consul yet who the members are.');
  expect(() => memory.view()).toThrow('n1 has not read the records from Consul yet.');
});
