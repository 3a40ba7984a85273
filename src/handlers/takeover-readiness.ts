import type { AppRecord } from '../app/record.ts';
import type { Member } from '../consul/members.ts';

/** With fewer servers the loss of one leaves no majority, and without one nobody takes over. */
const ENOUGH_SERVERS = 3;

/** What is missing in the cluster for a slave to take over by itself. */
export function majorityCaveats(
  { takeover }: Pick<AppRecord, 'takeover'>,
  members: readonly Pick<Member, 'server' | 'state'>[],
): string[] {
  const servers = members.filter(({ server, state }) => server && state !== 'left').length;
  if (!takeover || servers >= ENOUGH_SERVERS) return [];
  return [
    `Automatic takeover cannot happen with ${servers} Consul ${servers === 1 ? 'server' : 'servers'}: when one is lost ` +
      'there is no majority. Add a witness: docs/operations.md, "Automatic takeover".',
  ];
}
