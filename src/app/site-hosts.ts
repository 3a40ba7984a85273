import { hostsOf } from '../render/haproxy/domains.ts';
import type { AppRecord } from './record.ts';

/** The hosts of an app's sites. None where one is no host name: such a record has no routes either, and is told of by them. */
export function siteHosts(name: string, { domains }: Pick<AppRecord, 'domains'>): string[] {
  try {
    return hostsOf(name, domains);
  } catch {
    return []; // told of by the routes, as said above
  }
}
