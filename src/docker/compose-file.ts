import path from 'node:path';
import { z } from 'zod';
import { CoveyError } from '../errors.ts';
import { readEnv, setsVariable } from './env-file.ts';
import { exists } from './folder.ts';

/** In the order in which compose looks for them. */
const COMPOSE_FILES = ['compose.yaml', 'compose.yml', 'docker-compose.yml', 'docker-compose.yaml'];

/** The same of what is merged into it; any of them goes with any of the others. */
const OVERRIDE_FILES = [
  'compose.override.yml',
  'compose.override.yaml',
  'docker-compose.override.yml',
  'docker-compose.override.yaml',
];

/**
 * The compose file of a folder, or `.env` where that names it (COMPOSE_FILE). Compose itself would go on looking in
 * the folders above. Errors: `invalid` if there is none.
 */
export async function findComposeFile(dir: string): Promise<string> {
  const [found] = await defaultFiles(dir);
  if (found !== undefined) return found;
  if (setsVariable(await readEnv(dir), 'COMPOSE_FILE')) return '.env';
  throw new CoveyError('invalid', `There is no compose file in ${dir}`, {
    hint: `An application has one of ${COMPOSE_FILES.join(', ')} at the top of its repository`,
  });
}

/** The names of the files of a folder that compose reads where COMPOSE_FILE does not say it: one, or one and its override. */
export async function defaultFiles(dir: string): Promise<string[]> {
  const first = async (names: readonly string[]): Promise<string[]> => {
    for (const name of names) if (await exists(path.join(dir, name))) return [name];
    return [];
  };
  const base = await first(COMPOSE_FILES);
  return base.length === 0 ? [] : [...base, ...(await first(OVERRIDE_FILES))];
}

/** What `docker compose config --format json` has printed. */
export function parseConfig(output: string): unknown {
  try {
    return JSON.parse(output);
  } catch (error) {
    throw new CoveyError('internal', 'docker compose config printed something that is not JSON', {
      cause: error,
    });
  }
}

/** Compose doubles every `$` in what it prints, in keys too. */
export function unescapeDollars(value: unknown): unknown {
  if (typeof value === 'string') return value.replaceAll('$$', () => '$');
  if (Array.isArray(value)) return value.map(unescapeDollars);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key.replaceAll('$$', () => '$'), unescapeDollars(inner)]),
  );
}

const used = z.record(z.string(), z.unknown()).nullish();
const whole = z.looseObject({
  services: z.record(
    z.string(),
    z.looseObject({
      depends_on: z.unknown().optional(),
      networks: used,
      volumes: z.array(z.looseObject({ source: z.string().nullish() })).nullish(),
    }),
  ),
  networks: used,
  volumes: used,
});

/**
 * A configuration with these services alone, and the networks and volumes that they use: compose makes all volumes of a file, also
 * where it is asked for some of its services.
 */
export function partOf(config: unknown, services: readonly string[]): unknown {
  const read = whole.parse(config);
  const chosen = Object.entries(read.services).filter(([name]) => services.includes(name));
  const volumes = chosen.flatMap(([, service]) => service.volumes ?? []).map(({ source }) => source);
  const networks = chosen.flatMap(([, service]) => Object.keys(service.networks ?? {}));
  const kept = (of: z.output<typeof used>, names: readonly unknown[]) =>
    Object.fromEntries(Object.entries(of ?? {}).filter(([name]) => names.includes(name)));
  return {
    ...read,
    services: Object.fromEntries(chosen.map(([name, { depends_on: _, ...rest }]) => [name, rest])),
    networks: kept(read.networks, networks),
    volumes: kept(read.volumes, volumes),
  };
}
