import { hostname, networkInterfaces } from 'node:os';
import { z } from 'zod';
import { CoveyError } from '../errors.ts';
import { type Config, schema } from './schema.ts';
import { assign, at, fromFile, readIfThere } from './values.ts';

const defaultPath = '/etc/covey/covey.yml';

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
      const origin = origins.get(key) ?? origins.get(String(issue.path[0])) ?? file;
      const given = secrets.test(key) ? '' : `, got ${JSON.stringify(at(values, issue.path))}`;
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

/** Keys whose values are not shown. The URL of a webhook may be a secret too. */
const secrets = /^(consul\.token|webhooks(\..*)?)$/;

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
