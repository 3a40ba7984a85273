import { randomUUID } from 'node:crypto';
import { link, mkdir, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { CoveyError } from './errors.ts';

/** The text of a file, or undefined where there is none. Other failures are CoveyErrors that name the file. */
export async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    if (hasCode(cause, 'ENOENT')) return undefined;
    throw new CoveyError('failed', `Can't read ${path}: ${String(cause)}`, { cause });
  }
}

/**
 * Writes a file by temp + rename, making its folder; one that holds the same text is left alone. True if it was written.
 * @param sync it is on the disk when this ends, not only in the system's memory
 */
export async function writeIfChanged(
  path: string,
  text: string,
  { sync = false }: { sync?: boolean } = {},
): Promise<boolean> {
  if ((await readIfThere(path)) === text) return false;
  const temporary = join(dirname(path), `.${basename(path)}.${randomUUID()}`);
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(temporary, text, { flush: sync });
    await rename(temporary, path);
    if (sync) await syncFolder(dirname(path));
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => undefined); // that it could not be written tells more
    throw new CoveyError('failed', `Can't write ${path}: ${String(cause)}`, { cause });
  }
  return true;
}

/**
 * Writes a file whole or not at all, by a temporary file beside it.
 * An existing file is an error (`conflict`) unless `overwrite` is set; two writers at once can't both succeed.
 */
export async function writeNew(
  path: string,
  text: string,
  options: { mode: number; overwrite: boolean },
): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const temporary = join(dirname(path), `.${basename(path)}.${randomUUID()}`);
  try {
    const file = await open(temporary, 'wx', options.mode);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    // A link fails where the name is taken, a rename would silently replace it.
    if (options.overwrite) await rename(temporary, path);
    else await link(temporary, path);
  } catch (cause) {
    if (hasCode(cause, 'EEXIST')) {
      throw new CoveyError('conflict', `${path} exists already`, {
        cause,
        hint: 'Use --force to replace it.',
      });
    }
    throw new CoveyError('failed', `Can't write ${path}: ${String(cause)}`, { cause });
  } finally {
    await rm(temporary, { force: true }).catch(() => undefined); // in nobody's way, and may not hide what else went wrong
  }
}

/** A rename is in the folder, not in the file. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path);
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** Whether it is an error of the system with that code, such as `ENOENT`. */
export function hasCode(thrown: unknown, code: string): boolean {
  return thrown instanceof Error && 'code' in thrown && thrown.code === code;
}
