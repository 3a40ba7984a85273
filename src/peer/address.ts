import { CoveyError } from '../errors.ts';

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
