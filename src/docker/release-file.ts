import { readFile, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { CoveyError } from '../errors.ts';

/**
 * The text of a file of a release; undefined where it is not there. The repository is not trusted: the file may be a
 * link to anything, or of any size.
 * Errors: `invalid` if it is a link out of the folder, no file, or longer than `most` bytes.
 */
export async function readReleaseFile(dir: string, name: string, most: number): Promise<string | undefined> {
  try {
    const real = await realpath(path.join(dir, name));
    if (!real.startsWith(`${await realpath(dir)}${path.sep}`))
      throw new CoveyError('invalid', `${name} links out of the repository, to ${real}`);
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
