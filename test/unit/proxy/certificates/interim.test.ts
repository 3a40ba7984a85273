import { describe, expect, it } from 'vitest';
import type { CaddyConfig } from '../../../../src/proxy/caddy/config.ts';
import { internalIn, withBoth, withInterim } from '../../../../src/proxy/certificates/interim.ts';

const internal = { module: 'internal' };
const acme = { module: 'acme', ca: 'https://acme.example.com/directory' };
const config = (tls: object): CaddyConfig => ({ apps: { http: { servers: {} }, tls } });

describe('whose a certificate is', () => {
  it.each([
    ['of a policy of its own', [{ subjects: ['x.org', 'a.org'], issuers: [internal] }], true],
    ['of one for all', [{ issuers: [internal] }], true],
    [
      'of the one that comes first',
      [{ subjects: ['a.org'], issuers: [acme] }, { issuers: [internal] }],
      false,
    ],
    ['of a wildcard', [{ subjects: ['*.org'], issuers: [internal] }], true],
    ['of a longer name', [{ subjects: ['*.a.org', 'b.a.org'], issuers: [internal] }], false],
    ['written otherwise', [{ subjects: ['A.org'], issuers: [internal] }], true],
    ['of ACME', [{ subjects: ['a.org'], issuers: [acme] }], false],
    ['of both', [{ subjects: ['a.org'], issuers: [acme, internal] }], false],
    ['of another authority', [{ subjects: ['a.org'], issuers: [{ module: 'internal', ca: 'mine' }] }], false],
    ['of whom Caddy chooses', [{ subjects: ['a.org'] }], false],
    ['of nobody', [], false],
  ])('%s', (_, policies, expected) => {
    expect(internalIn(config({ automation: { policies } }))('a.org')).toBe(expected);
  });

  it('a name in other letters is meant as certificates have it', () => {
    const policies = [{ subjects: ['bücher.example', '*.bücher.example'], issuers: [internal] }];
    expect(internalIn(config({ automation: { policies } }))('xn--bcher-kva.example')).toBe(true);
    expect(internalIn(config({ automation: { policies } }))('*.xn--bcher-kva.example')).toBe(true);
  });

  it('of nobody, where nothing is said of TLS', () => {
    expect(internalIn({})('a.org')).toBe(false);
    expect(internalIn(config({}))('a.org')).toBe(false);
  });
});

describe('a stand-in', () => {
  const interim = [{ name: 'a.org', certificate: 'chain\n', key: 'key' }];
  const given = config({
    certificates: { automate: ['a.org', 'b.org'], load_pem: ['other'], load_files: ['file'] },
    automation: { policies: [{ issuers: [internal] }] },
    session_tickets: { disabled: true },
  });
  const tls = ({ apps }: CaddyConfig) => apps?.tls as { certificates: object };
  const certificates = (of: CaddyConfig) => tls(of).certificates;

  it('is given with one more certificate, and Caddy gets none for its name', () => {
    const changed = withInterim(given, interim, 'root');
    expect(certificates(changed)).toEqual({
      automate: ['b.org'],
      load_pem: ['other', { certificate: 'chain\nroot', key: 'key' }],
      load_files: ['file'],
    });
    expect(tls(changed)).toMatchObject({ session_tickets: { disabled: true } });
    expect(changed.apps?.http).toEqual({ servers: {} });
  });

  it('stays while Caddy gets its own', () => {
    expect(certificates(withBoth(given, interim, 'root'))).toEqual({
      automate: ['b.org', 'a.org'],
      load_pem: ['other', { certificate: 'chain\nroot', key: 'key' }],
      load_files: ['file'],
    });
    expect(certificates(withBoth({}, interim, 'root'))).toMatchObject({ automate: ['a.org'] });
  });
});
