import { type AppRecord, siteUrls } from '../app/record.ts';
import { CoveyError } from '../errors.ts';
import { type Claimant, findClashes } from '../render/haproxy/clashes.ts';
import { readHaproxy } from '../render/haproxy/definition.ts';
import { hostsOf } from '../render/haproxy/domains.ts';

interface App {
  name: string;
  record: AppRecord;
}

/**
 * What an app claims for itself alone (site addresses, frontends, backends, bind ports) may belong to no other.
 * @throws CoveyError `conflict` naming everything that is taken, and by whom
 */
export function refuseClashes(app: App, others: readonly App[]): void {
  const clashes = findClashes([claimant(app), ...others.flatMap((other) => claimsOf(other) ?? [])]).filter(
    ({ apps }) => apps.includes(app.name),
  );
  if (clashes.length === 0) return;
  const taken = clashes.map(({ kind, value, apps }) => {
    const owners = apps.filter((name) => name !== app.name);
    return `${kind} ${value} belongs to ${owners.join(', ')}`;
  });
  throw new CoveyError('conflict', `${app.name} claims what another app has: ${taken.join('; ')}.`, {
    hint: 'Change CADDYFILE or HAPROXY, or destroy the other app.',
  });
}

/** Domains that another app serves from another node under another address: all requests for them go to one of the two. */
export function warnOfDomains(app: App, others: readonly App[]): string[] {
  return others
    .filter((other) => other.record.master !== app.record.master)
    .flatMap((other) =>
      app.record.domains
        .filter((domain) => other.record.domains.includes(domain))
        .map((domain) => `${domain} is already routed to ${other.record.master} for ${other.name}.`),
    );
}

/**
 * What a record claims.
 * @throws CoveyError `invalid` where its HAPROXY or domains cannot be read
 */
export function claimant({ name, record }: App): Claimant {
  return {
    name,
    hosts: hostsOf(name, record.domains),
    urls: siteUrls(record),
    haproxy: readHaproxy(record.haproxy),
  };
}

/** A record's claims; undefined where its record is broken, which its own status tells and which may hinder nobody else. */
export function claimsOf(app: App): Claimant | undefined {
  try {
    return claimant(app);
  } catch (thrown) {
    if (thrown instanceof CoveyError && thrown.code === 'invalid') return undefined;
    throw thrown;
  }
}
