import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { hostname, networkInterfaces } from 'node:os';
import { load } from 'js-yaml';
import { z } from 'zod';
import { CoveyError } from './errors.ts';
import { logLevels } from './logger.ts';

const defaultPath = '/etc/covey/covey.yml';
const tlsDir = '/etc/covey/tls';

/** Name of the volume driver in compose files, where no setting says otherwise. */
export const defaultDriver = 'anybox/buttervolume:latest';

// Every leaf takes text too, since that is all an environment has; `expected` completes "expected …".
const text = (expected: string, pattern = /\S/) =>
  z.string({ error: expected }).refine((value) => pattern.test(value), { error: expected });
const path = () => text('an absolute path', /^\/\S*$/);
const port = () =>
  z.preprocess(
    (value) => (typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value),
    z.int({ error: 'a port, 1 to 65535' }).min(1, 'a port, 1 to 65535').max(65535, 'a port, 1 to 65535'),
  );
const flag = () =>
  z.preprocess(
    (value) => flagWords.get(String(value).toLowerCase()) ?? value,
    z.boolean({ error: 'true or false' }),
  );
const flagWords = new Map([
  ...['true', '1', 'yes', 'on'].map((word) => [word, true] as const),
  ...['false', '0', 'no', 'off'].map((word) => [word, false] as const),
]);
const choice = <const T extends readonly string[]>(words: T) =>
  z.enum(words, { error: `one of ${words.join(', ')}` });
const address = () =>
  z.string({ error: 'an IP address' }).refine((value) => isIP(value) !== 0, { error: 'an IP address' });
const name = () => text('letters, digits, ".", "_" and "-"', /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/);
const group = <S extends z.core.$ZodLooseShape>(shape: S) =>
  z.strictObject(shape, {
    error: (issue) => (issue.code === 'invalid_type' ? 'a group of keys' : undefined),
  });

const schema = group({
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
  /** Listen to Consul events (deploy, destroy, migrate). */
  events: flag().default(true),
  log: group({ level: choice(logLevels).default('info') }).prefault({}),
});

/** Settings of a peer, validated and frozen. */
export type Config = z.output<typeof schema>;

/** What `loadConfig` looks at; the defaults are the real ones. */
export interface ConfigSources {
  env?: Record<string, string | undefined>;
  /** Text of a file, or undefined where there is none. */
  readFile?: (path: string) => string | undefined;
  hostname?: string;
  interfaces?: Record<string, { address: string; internal: boolean; family: string }[] | undefined>;
}

/**
 * The settings: defaults, then the file (`/etc/covey/covey.yml`, or `COVEY_CONFIG`), then the environment, where
 * `listen.port` is `COVEY_LISTEN_PORT` and `driver.pluginDir` is `COVEY_DRIVER_PLUGIN_DIR`.
 * @throws CoveyError `invalid` that lists everything that is wrong: key, where it came from, what is expected.
 */
export function loadConfig(sources: ConfigSources = {}): Config {
  const { env = process.env, readFile = readIfThere } = sources;
  const file = env.COVEY_CONFIG ?? defaultPath;
  const values = fromFile(file, readFile, env.COVEY_CONFIG !== undefined);
  const origins = new Map<string, string>();
  const problems: string[] = [];
  for (const [variable, value] of Object.entries(env)) {
    const key = variables.get(variable);
    if (key !== undefined && value !== undefined && value !== '') {
      // BTRFSDRIVER is the old name: the new one wins.
      if (variable === 'BTRFSDRIVER' && env.COVEY_DRIVER_NAME) continue;
      assign(values, key, value);
      origins.set(key.join('.'), variable);
    } else if (key === undefined && variable.startsWith('COVEY_') && !otherVariables.has(variable)) {
      problems.push(`${variable} from the environment is not a setting`);
    }
  }
  if (values.node === undefined) values.node = sources.hostname ?? hostname();

  const parsed = schema.safeParse(values);
  for (const issue of parsed.error?.issues ?? []) {
    const key = issue.path.join('.');
    if (issue.code === 'unrecognized_keys') {
      for (const unknown of issue.keys) {
        problems.push(`${[...issue.path, unknown].join('.')} from ${file} is not a setting`);
      }
    } else {
      const origin = origins.get(key) ?? file;
      const given = key === 'consul.token' ? '' : `, got ${JSON.stringify(at(values, issue.path))}`;
      problems.push(`${key || 'the whole'} from ${origin}: expected ${issue.message}${given}`);
    }
  }
  let found: string | undefined;
  if (parsed.data?.interface !== undefined && parsed.data.address === undefined) {
    found = addressOf(parsed.data.interface, sources.interfaces ?? networkInterfaces());
    if (found === undefined) {
      const origin = origins.get('interface') ?? file;
      problems.push(
        `interface from ${origin}: expected an interface with an address, got "${parsed.data.interface}"`,
      );
    }
  }
  if (parsed.data === undefined || problems.length > 0) {
    throw new CoveyError('invalid', ['The configuration is invalid:', ...problems].join('\n  '), {
      hint: 'docs/operations.md lists the settings.',
    });
  }
  const { data } = parsed;
  if (data.insecure) data.tls.enabled = false;
  if (found !== undefined) data.address = found;
  return deepFreeze(data);
}

/** What the command line takes from the environment: `COVEY_PEERS` (host:port, separated by commas) and `COVEY_TLS_DIR`. */
export function loadCliDefaults(env: Record<string, string | undefined> = process.env): {
  peers: string[];
  tlsDir: string;
} {
  const peers = (env.COVEY_PEERS ?? '').split(/[\s,]+/).filter((peer) => peer !== '');
  return { peers: peers.length === 0 ? ['127.0.0.1:7700'] : peers, tlsDir: env.COVEY_TLS_DIR || tlsDir };
}

/** Where the caller of the command line has programs and their plugins, docker's among them. */
export function loadToolEnvironment(
  env: Record<string, string | undefined> = process.env,
): Record<string, string> {
  return Object.fromEntries(
    ['PATH', 'HOME', 'DOCKER_CONFIG'].flatMap((name) => (env[name] ? [[name, env[name]]] : [])),
  );
}

/** Set for the machines and the command line; not settings of a peer. */
const otherVariables = new Set(['COVEY_CONFIG', 'COVEY_PEERS', 'COVEY_TLS_DIR']);

/** Environment variable -> path of its key. */
const variables = new Map<string, string[]>([...leaves(schema, []), ['BTRFSDRIVER', ['driver', 'name']]]);

function leaves(shape: { shape: object }, prefix: string[]): [string, string[]][] {
  return Object.entries(shape.shape).flatMap(([key, value]): [string, string[]][] => {
    const inner: unknown = value instanceof z.ZodPrefault ? value.unwrap() : value;
    const here = [...prefix, key];
    if (inner instanceof z.ZodObject) return leaves(inner, here);
    const words = here.map((word) => word.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase());
    return [[`COVEY_${words.join('_')}`, here]];
  });
}

type Values = Record<string, unknown>;

function fromFile(file: string, readFile: (path: string) => string | undefined, required: boolean): Values {
  const content = readFile(file);
  if (content === undefined) {
    if (!required) return {};
    throw new CoveyError('invalid', `The configuration file ${file}, named by COVEY_CONFIG, does not exist`);
  }
  let parsed: unknown;
  try {
    parsed = content.trim() === '' ? {} : load(content, { filename: file });
  } catch (cause) {
    throw new CoveyError('invalid', `${file} is not valid YAML: ${String(cause)}`, { cause });
  }
  if (parsed === null || parsed === undefined) return {};
  if (isGroup(parsed)) return structuredClone(parsed);
  throw new CoveyError('invalid', `${file}: expected keys and values, got ${JSON.stringify(parsed)}`);
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return undefined;
    throw new CoveyError('invalid', `Can't read ${file}: ${String(cause)}`, { cause });
  }
}

function isGroup(value: unknown): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function assign(values: Values, key: string[], value: unknown): void {
  const [first = '', ...rest] = key;
  if (rest.length === 0) {
    values[first] = value;
    return;
  }
  const present = values[first];
  const inner = isGroup(present) ? present : {};
  values[first] = inner;
  assign(inner, rest, value);
}

function at(values: unknown, key: PropertyKey[]): unknown {
  return key.reduce((value, part) => (isGroup(value) ? value[String(part)] : undefined), values);
}

/** The first usable address of an interface; link-local ones need a zone, which nobody else knows. */
function addressOf(name: string, interfaces: NonNullable<ConfigSources['interfaces']>): string | undefined {
  const addresses = (interfaces[name] ?? []).filter((entry) => !entry.address.startsWith('fe80:'));
  return (addresses.find((entry) => entry.family === 'IPv4') ?? addresses[0])?.address;
}

function deepFreeze<T extends object>(value: T): T {
  for (const inner of Object.values(value))
    if (typeof inner === 'object' && inner !== null) deepFreeze(inner);
  return Object.freeze(value);
}
