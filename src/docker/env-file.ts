import { readFile, realpath, rm } from 'node:fs/promises';
import path from 'node:path';
import { CoveyError } from '../errors.ts';
import { writeIfChanged } from '../files.ts';

/** The compose file with the bounds that covey sets for logs; `logging.ts` writes it. */
export const LOGGING_FILE = 'covey.logging.yml';

const PROJECT_LINE = /^\s*(?:export\s+)?COMPOSE_PROJECT_NAME\s*=\s*(.*?)\s*$/gm;

/** `$CONTAINER` in a CADDYFILE is for us to replace: without this, compose by hand would empty it and make the container anew. */
const CONTAINER_LINE = "CONTAINER='$CONTAINER'";

/**
 * Sees to it that `docker compose`, run by hand in the folder, means this project: appends
 * `COMPOSE_PROJECT_NAME=<project>` to its `.env`, once, and that `$CONTAINER` stays as it is written. What the repository has there is kept; the last line wins.
 * Where the folder is a copy of one that was started, the bounds for logs go: they name files of that one.
 * Errors: `invalid` if `.env` is a link out of the folder, or no file.
 */
export async function writeProjectEnv(dir: string, project: string): Promise<void> {
  const before = await dropLoggingFile(dir);
  const last = [...before.matchAll(PROJECT_LINE)].at(-1)?.[1];
  await writeEnv(dir, before, [
    ...(before.split('\n').includes(CONTAINER_LINE) ? [] : [CONTAINER_LINE]),
    ...(last === project ? [] : [`COMPOSE_PROJECT_NAME=${project}`]),
  ]);
}

/**
 * The text of a folder's `.env`; empty where there is none. The repository is not trusted: it may be a link to anything.
 * Errors: `invalid` if it is a link out of the folder, or no file.
 */
export async function readEnv(dir: string): Promise<string> {
  const target = path.join(dir, '.env');
  try {
    const real = await realpath(target);
    const inside = `${await realpath(dir)}${path.sep}`;
    if (!real.startsWith(inside))
      throw new CoveyError('invalid', `${target} links out of the repository, to ${real}`, {
        hint: 'Commit the file itself.',
      });
    return await readFile(real, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return '';
    if (code === 'EISDIR')
      throw new CoveyError('invalid', `${target} is a folder; docker compose wants a file`);
    throw error;
  }
}

/** Writes `text`, what `readEnv` gave, and the lines below it. A link is replaced; what it leads to stays as it is. */
export async function writeEnv(dir: string, text: string, lines: readonly string[] = []): Promise<void> {
  const separator = text === '' || text.endsWith('\n') ? '' : '\n';
  const added = lines.map((line) => `${line}\n`).join('');
  const target = path.join(dir, '.env');
  await writeIfChanged(target, added === '' ? text : `${text}${separator}${added}`);
}

/** Whether the text of a `.env` gives the variable a value. */
export function setsVariable(text: string, name: string): boolean {
  return new RegExp(`^\\s*(export\\s+)?${name}\\s*=\\s*\\S`, 'm').test(text);
}

/**
 * Takes the bounds for logs out of a folder, if they are in it: their file, and the line of `.env` by which compose reads it.
 * Resolves with the text of `.env` that is left. Errors: as `readEnv`.
 */
export async function dropLoggingFile(dir: string): Promise<string> {
  const found = await readEnv(dir);
  const text = found
    .split('\n')
    .filter((line) => !(line.startsWith('COMPOSE_FILE=') && line.endsWith(`/${LOGGING_FILE}`)))
    .join('\n');
  if (text === found) return found;
  await writeEnv(dir, text);
  await rm(path.join(dir, LOGGING_FILE), { force: true });
  return text;
}
