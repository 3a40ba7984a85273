import type { Member } from '../consul/members.ts';
import { CoveyError } from '../errors.ts';
import type { Existing } from '../plan/deploy-input.ts';

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

/** @throws CoveyError `refused` where nobody else can stand in for the app's master */
export function assertMasterAlive({ name, record }: Existing, live: readonly string[]): void {
  if (live.includes(record.master)) return;
  throw new CoveyError('refused', `${record.master}, the master of ${name}, is dead or cut off.`, {
    hint: `Bring ${record.master} back first: it has the only copy of the newest data.`,
  });
}

/** @throws CoveyError `refused` where the app's master can do its part by itself */
export function assertMasterLost({ name, record }: Existing, live: readonly string[]): void {
  if (!live.includes(record.master)) return;
  throw new CoveyError('refused', `${record.master}, the master of ${name}, is alive.`, {
    hint: 'Destroy it without --lost.',
  });
}

export function liveNames(members: readonly Member[]): string[] {
  return members.filter((member) => member.state === 'alive').map((member) => member.name);
}
