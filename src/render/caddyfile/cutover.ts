import type { Address } from './address.ts';
import { type Directive, directive, word } from './ast.ts';

/** What a node has of an app's site during its cutover: requests wait in HAProxy, or are passed on to another node's. */
export type CutoverSite =
  | { readonly hold: { readonly http: string; readonly https: string } }
  | { readonly passTo: { readonly http: string; readonly https: string } };

/**
 * Tells how often a request was passed on, a `1` for each: two nodes that believe each other the one that serves must not play with
 * it. Twice is well: a connection that is kept may still be at what a node served before, which passed on too.
 */
const PASSED = 'Covey-Passed-On';
const TOO_OFTEN = '111*';

/** HAProxy listens before Caddy has the site; its old process may let go of the socket a moment before the new one has it. */
const UNTIL_HAPROXY_LISTENS = '2s';

/**
 * The body of such a site, for one scheme; with TLS for one host. The hop has TLS where the visitor's connection has it, so that the app's
 * own site, at its other end, sees the same scheme; and the PROXY protocol tells it the same client.
 * @param page what is answered where there is nobody, or who has waited for too long
 */
export function cutoverBody(
  site: CutoverSite,
  { scheme, host }: Pick<Address, 'scheme' | 'host'>,
  page: readonly Directive[],
): Directive[] {
  const isHold = 'hold' in site;
  const secure = scheme === 'https';
  const to = isHold ? `unix/${site.hold[scheme]}` : site.passTo[scheme];
  const transport = [
    directive(['proxy_protocol', 'v2']),
    directive(['keepalive', 'off']),
    directive(['versions', '1.1']),
    ...(secure
      ? [directive(['tls']), directive(['tls_insecure_skip_verify']), directive(['tls_server_name', host])]
      : []),
  ];
  const proxy = directive(
    ['reverse_proxy', to],
    [
      directive(['transport', 'http'], transport),
      // For an upstream with TLS Caddy would name that one.
      directive(['header_up', 'Host', '{http.request.host}']),
      ...(isHold
        ? [
            directive(['header_up', `-${PASSED}`]),
            directive(['lb_try_duration', UNTIL_HAPROXY_LISTENS]),
            directive(['lb_try_interval', '50ms']),
          ]
        : [directive(['header_up', PASSED, `{http.request.header.${PASSED}}1`])]),
    ],
  );
  const loop = isHold
    ? []
    : [
        directive(['@passed', 'header', PASSED, TOO_OFTEN]),
        directive(['error', '@passed', word('passed on too often'), '503']),
      ];
  return [directive(['route'], [...loop, proxy]), directive(['handle_errors'], page)];
}
