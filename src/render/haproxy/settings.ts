/** Where HAProxy finds what it needs on a node, and its ports. */
export interface HaproxySettings {
  /** Where the peer answers names of containers, `address:port`. */
  readonly nameserver: string;
  /** How long an old process keeps its connections after a reload, as HAProxy writes times. */
  readonly hardStopAfter: string;
  readonly ports: {
    readonly http: number;
    readonly https: number;
    readonly peerHttp: number;
    readonly peerHttps: number;
  };
  /** Ports of loopback where requests that have waited go on, and connections to apps' own ports; open only after a cutover. */
  readonly exits: { readonly http: number; readonly https: number; readonly port: number };
  readonly paths: {
    readonly domainMap: string;
    readonly serverState: string;
    /** The runtime API. */
    readonly socket: string;
    /** Where Caddy takes visitors: a link to the socket of what it serves now. */
    readonly caddyHttp: string;
    readonly caddyHttps: string;
    /** Folder of the sockets where Caddy brings requests that wait, the same for both. */
    readonly run: string;
  };
  /** Of an app at its cutover: how long a request waits, and how many at most, in each scheme and at each port. */
  readonly hold: { readonly seconds: number; readonly queue: number };
}

/** A node as `docker-compose.yml` makes it. */
export const haproxyDefaults: HaproxySettings = {
  nameserver: '127.0.0.1:7753',
  hardStopAfter: '30m',
  ports: { http: 80, https: 443, peerHttp: 1080, peerHttps: 1443 },
  exits: { http: 7754, https: 7755, port: 7756 },
  paths: {
    domainMap: '/var/lib/covey/haproxy/domains.map',
    serverState: '/var/lib/covey/haproxy/server-state',
    socket: '/run/covey/haproxy.sock',
    caddyHttp: '/var/lib/covey/haproxy/caddy-http.sock',
    caddyHttps: '/var/lib/covey/haproxy/caddy-https.sock',
    run: '/run/covey',
  },
  hold: { seconds: 30, queue: 1_000 },
};
