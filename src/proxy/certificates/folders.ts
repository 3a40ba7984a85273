import { chown, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { CoveyError } from '../../errors.ts';
import { hasCode } from '../../files.ts';

/** Folders are being made here, on the same disk, where Caddy does not look. */
const STAGING = '.covey';

/**
 * Of what a folder is exchanged in: the new one until it has its place, the old one from then on that it has left it, and a file that
 * says which place that is. Where both are there, that was not done.
 */
const NEW = 'new';
const OLD = 'old';
const PLACE = 'place';

/** How often a folder's place is taken again between two commands: Caddy makes one at most. */
const TRIES = 5;

/** Caddy's storage on disk, folder by folder. All errors are CoveyErrors that name the path, and nothing of the content. */
export interface Folders {
  /** Whether the folder of all is there, or could be: Caddy makes it when it has something to keep. */
  isThere(): Promise<boolean>;
  /** Names of the folders below a folder; none where it is not there. */
  list(...path: string[]): Promise<string[]>;
  /** Text of a file, undefined where there is none. */
  read(...path: string[]): Promise<string | undefined>;
  /** Puts a folder with these files (name -> text) in its place at once, whatever was there: Caddy sees no mixture. */
  put(path: readonly string[], files: Readonly<Record<string, string>>): Promise<void>;
  remove(...path: string[]): Promise<void>;
  /** Puts back what a peer that was killed had taken from its place, and removes what else it had begun. */
  sweep(): Promise<void>;
}

/** @param move `rename`; changed by tests */
export function createFolders(root: string, move = rename): Folders {
  const at = (path: readonly string[]) => join(root, ...path);

  async function guarded<T>(what: string, path: readonly string[], work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (cause) {
      throw new CoveyError('failed', `Can't ${what} ${at(path)}: ${String(cause)}`, { cause });
    }
  }

  /** Whose all of it is. A node that is new has no folder yet. */
  async function ownerOf(): Promise<{ uid: number; gid: number }> {
    const above = await stat(dirname(root));
    try {
      await mkdir(root, { mode: 0o700 });
      await chown(root, above.uid, above.gid);
      return above;
    } catch (thrown) {
      if (!hasCode(thrown, 'EEXIST')) throw thrown;
      return stat(root);
    }
  }

  /** As Caddy makes them, level by level: its own, and only for itself. */
  async function makeFolders(path: readonly string[], owner: { uid: number; gid: number }): Promise<void> {
    for (let depth = 1; depth <= path.length; depth++) {
      const folder = at(path.slice(0, depth));
      try {
        await mkdir(folder, { mode: 0o700 });
        await chown(folder, owner.uid, owner.gid);
      } catch (thrown) {
        if (!hasCode(thrown, 'EEXIST')) throw thrown;
      }
    }
  }

  /** A folder of `exchange` takes its place. What is there before goes to `exchange` too: no call does both at once. */
  async function takePlace(exchange: string, made: string, place: string): Promise<void> {
    for (let left = TRIES; ; left--) {
      try {
        return await move(join(exchange, made), place);
      } catch (thrown) {
        if (left === 0 || !(hasCode(thrown, 'ENOTEMPTY') || hasCode(thrown, 'EEXIST'))) throw thrown;
        const isFirst = !(await exists(join(exchange, OLD)));
        // A further one is what Caddy has made meanwhile.
        await move(place, isFirst ? join(exchange, OLD) : await mkdtemp(join(exchange, 'further-')));
      }
    }
  }

  /** After an exchange that was not done, its old folder has its place again, whatever Caddy has made there since. */
  async function putBack(exchange: string): Promise<void> {
    if (!(await exists(join(exchange, NEW))) || !(await exists(join(exchange, OLD)))) return;
    const path = (await readFile(join(exchange, PLACE), 'utf8')).split('/');
    await makeFolders(path.slice(0, -1), await ownerOf());
    await takePlace(exchange, OLD, at(path));
  }

  return {
    isThere: () =>
      stat(dirname(root)).then(
        (found) => found.isDirectory(),
        () => false, // not mounted, or nothing that could be worked with
      ),
    list: async (...path) => {
      try {
        const entries = await readdir(at(path), { withFileTypes: true });
        return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
      } catch (cause) {
        if (hasCode(cause, 'ENOENT')) return [];
        throw new CoveyError('failed', `Can't read ${at(path)}: ${String(cause)}`, { cause });
      }
    },
    read: async (...path) => {
      try {
        return await readFile(at(path), 'utf8');
      } catch (cause) {
        if (hasCode(cause, 'ENOENT')) return undefined;
        throw new CoveyError('failed', `Can't read ${at(path)}: ${String(cause)}`, { cause });
      }
    },
    put: (path, files) =>
      guarded('write', path, async () => {
        const owner = await ownerOf();
        await makeFolders([STAGING], owner);
        const exchange = await mkdtemp(join(root, STAGING, 'put-'));
        const made = join(exchange, NEW);
        try {
          await writeFile(join(exchange, PLACE), path.join('/'), { flush: true });
          await mkdir(made, { mode: 0o700 });
          for (const [name, text] of Object.entries(files)) {
            await writeFile(join(made, name), text, { mode: 0o600, flag: 'wx', flush: true });
            await chown(join(made, name), owner.uid, owner.gid);
          }
          await chown(made, owner.uid, owner.gid);
          await makeFolders(path.slice(0, -1), owner);
          await takePlace(exchange, NEW, at(path));
        } catch (thrown) {
          // Where that fails too, the next sweep does it.
          await putBack(exchange);
          await rm(exchange, { recursive: true });
          throw thrown;
        }
        await rm(exchange, { recursive: true });
      }),
    remove: (...path) => guarded('remove', path, () => rm(at(path), { recursive: true, force: true })),
    sweep: () =>
      guarded('sweep', [STAGING], async () => {
        for (const name of (await exists(at([STAGING]))) ? await readdir(at([STAGING])) : [])
          await putBack(at([STAGING, name]));
        await rm(at([STAGING]), { recursive: true, force: true });
      }),
  };
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (thrown) {
    if (hasCode(thrown, 'ENOENT')) return false;
    throw thrown;
  }
}
