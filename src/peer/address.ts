import { CoveyError } from '../errors.ts';

/** The address of a node is the one that Consul advertises: another one in the settings is a mistake to find early. */
export function assertSameAddress(advertised: string, configured: string): void {
  if (advertised === configured) return;
  throw new CoveyError('invalid', `Consul advertises ${advertised}, but the settings say ${configured}.`, {
    hint: 'Correct address or interface in /etc/covey/covey.yml, or bind_addr of Consul.',
  });
}
