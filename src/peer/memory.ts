import type { Bell } from '../bell.ts';
import type { Member } from '../consul/members.ts';
import { asCoveyError, CoveyError } from '../errors.ts';
import type { NodeStatus } from '../generated/covey/v1/NodeStatus.ts';
import type { Memory } from '../handlers/memory.ts';
import type { Signs } from '../lease/signs.ts';
import { type Told, toldBy } from '../observed/told.ts';
import type { View } from '../proxy/view.ts';
import type { NodeGossip } from './gossip.ts';

/** See `Memory`. */
export function createMemory(deps: {
  node: string;
  gossip: Pick<NodeGossip, 'states' | 'members' | 'consulAnswers' | 'contacts'>;
  view: () => View | undefined;
  changed: Pick<Bell, 'rings'>;
  signs: Pick<Signs, 'of'>;
}): Memory {
  const { node, gossip, changed } = deps;
  const told = (name: string): Told | undefined => {
    const state = gossip.states().get(name);
    return state && toldBy(state);
  };

  /** Other nodes that say that they reach this one, and are reached themselves. */
  const reachedBy = (name: string) =>
    [...gossip.contacts()]
      .filter(
        ([other, { reached }]) => reached && told(other)?.reach.some((it) => it.node === name && it.reached),
      )
      .map(([other]) => other);

  /** Why nothing that the member tells may be taken for the present state; empty where it may. */
  function errorOf({ name, state }: Member): string {
    if (state !== 'alive' && gossip.consulAnswers()) return `${name} is not alive: Consul says "${state}"`;
    const contact = gossip.contacts().get(name);
    if (contact && !contact.reached && reachedBy(name).length === 0)
      return `the peer of ${name} does not answer: ${asCoveyError(contact.error).message}`;
    if (!told(name)?.serving) return `the peer of ${name} has told nothing of its apps yet`;
    return '';
  }

  function statusOf(member: Member): NodeStatus {
    const { name } = member;
    const its = told(name);
    const error = errorOf(member);
    return {
      name,
      reachable: error === '',
      error,
      version: its?.peer?.version ?? '',
      ...(its?.serving && { generation: its.serving.generation }),
      containers: its?.containers ?? [],
      quarantines: its?.quarantines ?? [],
      volumes: its?.volumes ?? [],
      load: its?.load ?? null,
      reach: its?.reach ?? [],
    };
  }

  function members(): readonly Member[] {
    const known = gossip.members();
    if (known) return known;
    throw new CoveyError('unavailable', `${node} has not heard from Consul yet who the members are.`, {
      hint: 'It does as soon as Consul answers: see `consul members`.',
    });
  }

  return {
    members,
    nodes: () => members().flatMap((member) => (member.state === 'left' ? [] : [statusOf(member)])),
    view: () => {
      const known = deps.view();
      if (known) return known;
      throw new CoveyError('unavailable', `${node} has not read the records from Consul yet.`, {
        hint: 'It does as soon as Consul answers: see `consul members`.',
      });
    },
    consulAnswers: gossip.consulAnswers,
    lease: deps.signs.of,
    changes: changed.rings,
  };
}
