import type { Members } from '../consul/members.ts';
import { asCoveyError, CoveyError } from '../errors.ts';
import type { Logger } from '../logger.ts';

/** The address of a node is the one that Consul advertises: another one in the settings is a mistake to find early. */
export function assertSameAddress(advertised: string, configured: string): void {
  if (advertised === configured) return;
  throw new CoveyError('invalid', `Consul advertises ${advertised}, but the settings say ${configured}.`, {
    hint: 'Correct address or interface in /etc/covey/covey.yml, or bind_addr of Consul.',
  });
}

/** The IP of a node. Errors: `not-found` where no member has that name. */
export async function addressOf(
  node: string,
  address: (node: string) => Promise<string | undefined>,
): Promise<string> {
  const found = await address(node);
  if (found !== undefined) return found;
  throw new CoveyError('not-found', `No node is named ${node}.`, { hint: 'covey nodes lists them.' });
}

/** IP of a member by name, asked anew each time: a node may come back with another address. */
export function addressBook(members: Pick<Members, 'list'>): (node: string) => Promise<string | undefined> {
  return async (node) => (await members.list()).find((member) => member.name === node)?.address;
}

/** As `assertSameAddress`, where the settings name an address; without an answer of Consul it is not checked. */
export async function checkAddress(
  members: Pick<Members, 'self'>,
  configured: string | undefined,
  { logger, signal }: { logger: Logger; signal: AbortSignal },
): Promise<void> {
  if (configured === undefined) return;
  const self = await members.self(signal).catch((thrown) => {
    logger.warn(`The address is not checked: ${asCoveyError(thrown).message}`);
  });
  if (self) assertSameAddress(self.address, configured);
}
