import { access, readFile } from 'node:fs/promises';
import path from 'node:path';
import { CoveyError } from '../errors.ts';

/** In the order in which compose looks for them. */
const COMPOSE_FILES = ['compose.yaml', 'compose.yml', 'docker-compose.yml', 'docker-compose.yaml'];

/**
 * The compose file of a folder, or `.env` where that names it (COMPOSE_FILE). Compose itself would go on looking in
 * the folders above. Errors: `invalid` if there is none.
 */
export async function findComposeFile(dir: string): Promise<string> {
  for (const name of COMPOSE_FILES) {
    if (await present(path.join(dir, name))) return name;
  }
  const env = path.join(dir, '.env');
  if ((await present(env)) && /^\s*(export\s+)?COMPOSE_FILE\s*=\s*\S/m.test(await readFile(env, 'utf8')))
    return '.env';
  throw new CoveyError('invalid', `There is no compose file in ${dir}`, {
    hint: `An application has one of ${COMPOSE_FILES.join(', ')} at the top of its repository`,
  });
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

async function present(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return false;
      throw error;
    },
  );
}
