import type { z } from 'zod';
import { logLevels } from '../logger.ts';
import {
  address,
  choice,
  count,
  duration,
  durationOrOff,
  flag,
  group,
  name,
  path,
  port,
  text,
} from './kinds.ts';
import { webhooks } from './webhooks.ts';

/** Where the certificates are, where no setting says otherwise. */
export const tlsDir = '/etc/covey/tls';

/** Name of the volume driver in compose files, where no setting says otherwise. */
export const defaultDriver = 'anybox/buttervolume:latest';

export const schema = group({
  /** Name of the node in the cluster, as in Consul and in its certificate. Default: the host's name. */
  node: name(),
  /** IP address that the other members use. Default: the one that Consul advertises. */
  address: address().optional(),
  /** Name of the network interface whose first address is used where `address` is not given. */
  interface: text('the name of a network interface').optional(),
  listen: group({
    /** Address to listen on. Default: all. */
    host: address().optional(),
    port: port().default(7700),
  }).prefault({}),
  /** Plaintext on every address: no certificates, no roles. It turns `tls.enabled` off. */
  insecure: flag().default(false),
  tls: group({
    /** False: plaintext, and on loopback only. */
    enabled: flag().default(true),
    ca: path().default(`${tlsDir}/ca.pem`),
    cert: path().default(`${tlsDir}/node.pem`),
    key: path().default(`${tlsDir}/node.key`),
  }).prefault({}),
  consul: group({
    host: text('a host name or an IP address').default('127.0.0.1'),
    port: port().default(8500),
    /** ACL token. */
    token: text('a token').optional(),
  }).prefault({}),
  docker: group({
    socket: path().default('/var/run/docker.sock'),
    /** Folder of the operator's Docker login (its config.json). */
    config: path().default('/etc/covey/docker'),
  }).prefault({}),
  driver: group({
    /** Name of the volume driver in compose files; also BTRFSDRIVER. */
    name: text(
      'the name of a volume driver, for example anybox/buttervolume:latest',
      /^[\w][\w./:-]*$/,
    ).default(defaultDriver),
    pluginDir: path().default('/run/docker/plugins'),
  }).prefault({}),
  /** BTRFS folder of volumes and snapshots. */
  store: path().default('/var/lib/buttervolume'),
  /** Folder of the releases; the same path on the host and in the peer. */
  deploy: path().default('/deploy'),
  /** Folder of the peer's own state. */
  state: path().default('/var/lib/covey'),
  /** Folder of the sockets of the proxies. */
  run: path().default('/run/covey'),
  git: group({
    /** Folder with `known_hosts` and, for private repositories, the key `id`. */
    ssh: path().default('/etc/covey/ssh'),
  }).prefault({}),
  /** Where sites get their certificates from. */
  certificates: choice(['acme', 'internal']).default('acme'),
  acme: group({
    email: text('an e-mail address', /^\S+@\S+$/).optional(),
    /** URL of the directory. Default: Caddy's own choice. */
    ca: text('a URL', /^https?:\/\/\S+$/).optional(),
    /** PEM file of the root that the ACME server's own certificate has. */
    caRoot: path().optional(),
  }).prefault({}),
  haproxyContainer: name().default('covey-haproxy'),
  caddyContainer: name().default('covey-caddy'),
  /** Folder in which Caddy keeps certificates; the same volume as in its container. */
  caddyStorage: path().default('/data/caddy'),
  /** Of Consul's container, which a node that leaves removes; it need not be there. */
  consulContainer: name().default('covey-consul'),
  /** Of containers whose compose file sets no `logging`, by the names of Docker's driver `json-file`. */
  containerLogs: group({
    /** When a log goes on in a new file. `off`: no bounds by covey, whatever `maxFile` says. */
    maxSize: text('a size, for example 10m, or off', /^(off|[1-9]\d*[kmg])$/).default('10m'),
    /** How many of these files are kept. */
    maxFile: count().default(3),
  }).prefault({}),
  /** When a release counts as up. */
  health: group({
    /** How long its containers may take. */
    timeout: duration().prefault('3m'),
    /** How long a container without a healthcheck has to run without a restart, where it is not known to run. */
    steady: duration().prefault('2s'),
  }).prefault({}),
  /** What becomes of requests for an app while it is stopped by an operation. */
  cutover: group({
    /** How long each waits at most. `off`: none waits. */
    hold: durationOrOff().prefault('30s'),
    /** How long those that the app is answering already may go on before it is stopped. `off`: it is stopped at once. */
    drain: durationOrOff().prefault('5s'),
    /** How many wait at most, for one app. */
    queue: count(100_000).default(1_000),
  }).prefault({}),
  /** Where `/metrics`, `/healthz` and `/readyz` are served. */
  metrics: group({
    enabled: flag().default(true),
    /** Loopback: plain HTTP. Any other: HTTPS, for certificates of the cluster's authority alone. */
    host: address().default('127.0.0.1'),
    port: port().default(7702),
  }).prefault({}),
  /** Listen to Consul events (deploy, destroy, migrate). */
  events: flag().default(true),
  /** Receivers of what happens, by HTTP. */
  webhooks: webhooks().prefault([]),
  log: group({ level: choice(logLevels).default('info') }).prefault({}),
});

/** Settings of a peer, validated and frozen. */
export type Config = z.output<typeof schema>;
