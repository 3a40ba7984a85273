import { domainToASCII } from 'node:url';
import { z } from 'zod';
import type { CaddyConfig } from '../caddy/config.ts';
import type { KeyPair } from './x509.ts';

/** In its app `tls`: who issues what, and which certificates Caddy is given, as far as we look into it. */
const tlsApp = z.looseObject({
  certificates: z
    .looseObject({
      automate: z.array(z.string()).default([]),
      load_pem: z.array(z.unknown()).default([]),
    })
    .optional(),
  automation: z
    .looseObject({
      policies: z
        .array(
          z.looseObject({
            subjects: z.array(z.string()).default([]),
            issuers: z.array(z.looseObject({ module: z.string(), ca: z.string().optional() })).default([]),
          }),
        )
        .default([]),
    })
    .optional(),
});

/** What a site shows while Caddy gets it another certificate. */
export interface Interim extends KeyPair {
  /** As Caddy manages it: a host, or a wildcard. */
  name: string;
}

/** Tells whether Caddy's own authority `local`, and nobody else, issues what the configuration has for a name. */
export function internalIn(config: CaddyConfig): (name: string) => boolean {
  const policies = (tlsOf(config).automation?.policies ?? []).map(({ subjects, issuers }) => ({
    covers: coverage(subjects),
    isInternal:
      issuers.length > 0 &&
      issuers.every(({ module, ca = 'local' }) => module === 'internal' && ca === 'local'),
  }));
  // Caddy takes the first one.
  return (name) => policies.find(({ covers }) => covers(name))?.isInternal ?? false;
}

/**
 * The same configuration with certificates given for these names: Caddy lets go of those that it has got for them itself, and
 * gets none.
 * @param extra a certificate to put behind each chain, where it does no harm: the very chain that Caddy has already it would take for
 * its own
 */
export function withInterim(config: CaddyConfig, interim: readonly Interim[], extra: string): CaddyConfig {
  const names = new Set(interim.map(({ name }) => name));
  const pairs = interim.map(({ certificate, key }) => ({
    certificate: `${certificate.trim()}\n${extra}`,
    key,
  }));
  return withCertificates(config, pairs, (automate) => automate.filter((each) => !names.has(ascii(each))));
}

/** What `withInterim` makes of a configuration, but Caddy gets its own certificates for the names besides. */
export function withBoth(config: CaddyConfig, interim: readonly Interim[], extra: string): CaddyConfig {
  const names = interim.map(({ name }) => name);
  return withCertificates(withInterim(config, interim, extra), [], (automate) => [...automate, ...names]);
}

function withCertificates(
  config: CaddyConfig,
  pairs: readonly KeyPair[],
  automated: (names: readonly string[]) => readonly string[],
): CaddyConfig {
  const tls = tlsOf(config);
  const { certificates } = tls;
  const changed = {
    ...certificates,
    load_pem: [...(certificates?.load_pem ?? []), ...pairs],
    automate: automated(certificates?.automate ?? []),
  };
  return { ...config, apps: { ...config.apps, tls: { ...tls, certificates: changed } } };
}

function tlsOf({ apps }: CaddyConfig): z.output<typeof tlsApp> {
  return tlsApp.parse(apps?.tls ?? {});
}

/** Caddy's own rule: no subjects are all names, and a `*` stands for one label. */
function coverage(subjects: readonly string[]): (name: string) => boolean {
  const exact = new Set(subjects.map(ascii));
  const patterns = [...exact].filter((each) => each.includes('*')).map((each) => each.split('.'));
  return (name) => {
    if (exact.size === 0 || exact.has(name)) return true;
    const labels = name.split('.');
    return patterns.some(
      (pattern) =>
        pattern.length === labels.length &&
        pattern.every((label, index) => label === '*' || label === labels[index]),
    );
  };
}

/** As certificates have it; what is no host, such as a wildcard of Caddy's, as it is. */
function ascii(name: string): string {
  return domainToASCII(name) || name.toLowerCase();
}
