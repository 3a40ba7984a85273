import path from 'node:path';
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
