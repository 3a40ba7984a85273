import { readFile, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { CoveyError } from '../errors.ts';

/** Bytes of a service.json: it is kept in the record, and Consul takes no value of more than 512 KiB. */
const MOST_SERVICE_JSON = 32 * 1024;

/** The text of a release's `service.json`; undefined where it is not there. Errors: as `readReleaseFile`. */
export function readServiceJson(dir: string): Promise<string | undefined> {
  return readReleaseFile(dir, 'service.json', MOST_SERVICE_JSON);
}

/**
 * The text of a file of a release; undefined where it is not there. The repository is not trusted: the file may be a
 * link to anything, or of any size.
 * Errors: `invalid` if it is a link out of the folder, no file, or longer than `most` bytes.
 */
async function readReleaseFile(dir: string, name: string, most: number): Promise<string | undefined> {
  try {
    const real = await realpath(path.join(dir, name));
    if (!real.startsWith(`${await realpath(dir)}${path.sep}`))
      throw new CoveyError('invalid', `${name} links out of the repository, to ${real}`, {
        hint: 'Commit the file itself.',
      });
    const found = await stat(real);
    if (!found.isFile()) throw new CoveyError('invalid', `${name} is no file`);
    if (found.size > most) {
      throw new CoveyError('invalid', `${name} has ${found.size} bytes; at most ${most} are taken`);
    }
    return await readFile(real, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
