import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { CoveyError } from './errors.ts';

/** The text of a file, or undefined where there is none. Other failures are CoveyErrors that name the file. */
export async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return undefined;
    throw new CoveyError('failed', `Can't read ${path}: ${String(cause)}`, { cause });
  }
}

/** Writes a file by temp + rename, making its folder; one that holds the same text is left alone. True if it was written. */
export async function writeIfChanged(path: string, text: string): Promise<boolean> {
  if ((await readIfThere(path)) === text) return false;
  const temporary = join(dirname(path), `.${basename(path)}.${randomUUID()}`);
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(temporary, text);
    await rename(temporary, path);
  } catch (cause) {
    await rm(temporary, { force: true });
    throw new CoveyError('failed', `Can't write ${path}: ${String(cause)}`, { cause });
  }
  return true;
}
