import type { Member } from '../consul/members.ts';
import { CoveyError } from '../errors.ts';

/**
 * The node as a live member.
 * @throws CoveyError `invalid` for a name that nobody has, `refused` for a node that is not alive
 */
export function liveMember(role: 'master' | 'slave', name: string, members: readonly Member[]): Member {
  const member = members.find((each) => each.name === name);
  if (!member) {
    const names = members.map((each) => each.name).join(', ');
    throw new CoveyError('invalid', `No node is named ${name} (${role}).`, {
      hint: `The nodes are: ${names}.`,
    });
  }
  if (member.state !== 'alive') {
    throw new CoveyError(
      'refused',
      `The node ${name} (${role}) is not alive: Consul says "${member.state}".`,
      {
        hint: 'Name a live node, or bring this one back: covey nodes shows them.',
      },
    );
  }
  return member;
}

export function liveNames(members: readonly Member[]): string[] {
  return members.filter((member) => member.state === 'alive').map((member) => member.name);
}
