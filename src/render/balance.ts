import { parseAddress } from './caddyfile/address.ts';
import { type Directive, directive, type Site, word } from './caddyfile/ast.ts';
import { checkHost } from './haproxy/balance.ts';

/** What Caddy of a node needs to know of an app that runs on several. */
export interface CaddyBalance {
  /** Hosts of the sites that go to all of these nodes. */
  readonly hosts: readonly string[];
  /** `container:port` of what answers for them. */
  readonly upstreams: readonly string[];
  /** The node is the app's master, which serves its other sites too. */
  readonly isMaster: boolean;
  /** Of a node that is being taken out: its checks say so, and then its sites go too. Absent: it takes part. */
  readonly out?: 'leaving' | 'gone' | undefined;
}

/** Which sites of the app the node has now. */
export function isServedHere(site: Site, { hosts, isMaster, out }: CaddyBalance): boolean {
  const isBalanced = site.addresses.some((address) => hosts.includes(parseAddress(address).host));
  return isBalanced ? out !== 'gone' : isMaster;
}

/**
 * The site that HAProxy's checks ask: 204 if the app answers here, whatever it says; 404 while the node is taken out, which HAProxy
 * takes for "nothing new, but what is under way goes on"; 502 if a container does not answer.
 * @param bind where Caddy takes HTTP
 */
export function checkSite(app: string, { hosts, upstreams, out }: CaddyBalance, bind: Directive): Site {
  const answered = directive(['handle_response'], [directive(['respond', '204'])]);
  const ask = (upstream: string) =>
    directive(
      ['reverse_proxy', upstream],
      [
        directive(['header_up', 'Host', hosts[0] ?? '']),
        directive(
          ['transport', 'http'],
          [directive(['dial_timeout', '500ms']), directive(['response_header_timeout', '700ms'])],
        ),
        answered,
      ],
    );
  const asked = upstreams.map((upstream, index) => directive(['handle', `/${index}`], [ask(upstream)]));
  return {
    addresses: [word(`http://${checkHost(app)}`)],
    directives: [
      bind,
      ...(out === undefined ? [...asked, directive(['respond', '204'])] : [directive(['respond', '404'])]),
    ],
  };
}
