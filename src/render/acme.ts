import { argTexts, type Directive, directive } from './caddyfile/ast.ts';

/**
 * What a site binds before its socket. Where a site says something of its certificates, Caddy takes the first address of
 * `bind` for the host on which it listens for ACME's challenges, beside its sites. A socket is none, and there would be no
 * certificate; the challenges come by the sockets all the same. The loopback is that of Caddy's own container.
 */
export function challengeHost(expanded: readonly Directive[]): string[] {
  const own = expanded.filter(({ name }) => name.text === 'tls');
  return own.length === 0 || own.some((tls) => argTexts(tls)[0] === 'internal') ? [] : ['127.0.0.1'];
}

/** `tls EMAIL` would ask a public CA too where the cluster's own does not answer, and tell it the names of the sites. */
export function withAuthority(directives: readonly Directive[], ca: string | undefined): Directive[] {
  return directives.map((item) => {
    const [email, ...more] = argTexts(item);
    const block = item.block ?? [];
    if (ca === undefined || item.name.text !== 'tls' || !email?.includes('@') || more.length > 0) return item;
    if (block.some(({ name }) => name.text === 'ca' || name.text === 'issuer')) return item;
    return { ...item, block: [...block, directive(['ca', ca])] };
  });
}
