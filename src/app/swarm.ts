import { z } from 'zod';
import { asCoveyError, CoveyError } from '../errors.ts';
import { type HaproxyDefinition, readHaproxy } from '../render/haproxy/definition.ts';
import { hostsOf } from '../render/haproxy/domains.ts';
import { SWARM_PREFIX } from './keys.ts';

/** What one key says. */
export interface SwarmKey {
  /** Its name behind `swarm/`. */
  key: string;
  /** Hosts whose traffic goes to `swarm_reverse`. */
  domains: string[];
  haproxy: HaproxyDefinition;
}

const schema = z.object({
  domains: z
    .array(z.string())
    .nullish()
    .transform((value) => value ?? []),
  haproxy: z.unknown().optional(),
});

/** The name of a swarm key in Consul; undefined for a folder, as Consul's web page makes it. */
export function swarmKeyOf(path: string): string | undefined {
  const key = path.slice(SWARM_PREFIX.length);
  return key === '' || key.endsWith('/') ? undefined : key;
}

/**
 * Reads the value of `swarm/<key>`. Fields that we do not know are passed over.
 * @throws CoveyError `invalid` naming the key and what is wrong
 */
export function parseSwarm(key: string, value: string): SwarmKey {
  const name = `${SWARM_PREFIX}${key}`;
  const hint = `Correct the key ${name} in Consul.`;
  let json: unknown;
  try {
    json = JSON.parse(value);
  } catch (cause) {
    throw new CoveyError('invalid', `${name} is not valid JSON: ${(cause as Error).message}.`, {
      cause,
      hint,
    });
  }
  const parsed = schema.safeParse(json);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(
      ({ path, message }) => `${path.join('.') || 'the whole'}: ${message}`,
    );
    throw new CoveyError('invalid', `${name} is not usable: ${problems.join('; ')}.`, { hint });
  }
  const { domains } = parsed.data;
  hostsOf(name, domains);
  try {
    return { key, domains, haproxy: readHaproxy(parsed.data.haproxy, 'swarm') };
  } catch (thrown) {
    const error = asCoveyError(thrown);
    throw new CoveyError(error.code, `${name}: ${error.message}`, { cause: thrown, hint });
  }
}
