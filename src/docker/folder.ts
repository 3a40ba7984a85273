import { randomBytes } from 'node:crypto';
import { access, mkdir, readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { CoveyError } from '../errors.ts';

/**
 * The deployments of one app below `root`, as full paths: `<name>-<deploy_id>`, and `<name>@<deploy_date>` as the
 * original named them. Another app whose name goes on where this one's ends is not among them.
 */
export async function deploymentsOf(root: string, name: string): Promise<string[]> {
  return (await readDeployments(root))(name);
}

/** As `deploymentsOf`, for many apps by one look at the disk. */
export async function readDeployments(root: string): Promise<(name: string) => string[]> {
  const entries = await readdir(root, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  const folders = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  return (name) =>
    folders
      .filter((folder) => folder.startsWith(name))
      .filter((folder) => /^(-[A-Za-z0-9_-]+|@[0-9T:.-]+)$/.test(folder.slice(name.length)))
      .map((folder) => path.join(root, folder))
      .sort();
}

/**
 * Makes a deployment's folder by `fill`, which is given a path beside it where nothing is yet. The folder appears when
 * it is whole, in the place of what is there; where `fill` fails all is as before.
 */
export async function placeDeployment(dir: string, fill: (staging: string) => Promise<void>): Promise<void> {
  const unique = randomBytes(4).toString('hex');
  const aside = (what: string) => path.join(path.dirname(dir), `.${path.basename(dir)}.${what}-${unique}`);
  const [staging, replaced] = [aside('cloning'), aside('replaced')];
  await mkdir(path.dirname(dir), { recursive: true });
  try {
    await fill(staging);
    if (await exists(dir)) await rename(dir, replaced);
    await rename(staging, dir);
  } catch (error) {
    if (await exists(replaced)) await rename(replaced, dir);
    throw error;
  } finally {
    await rm(staging, { recursive: true, force: true });
    await rm(replaced, { recursive: true, force: true });
  }
}

/** Removes a deployment's folder, if it is there. Errors: `invalid` if it does not lie directly below `root`. */
export async function removeDeployment(root: string, dir: string): Promise<void> {
  const name = path.basename(dir);
  if (path.resolve(path.dirname(dir)) !== path.resolve(root) || name === '' || name.startsWith('.')) {
    throw new CoveyError('invalid', `${dir} is not a deployment's folder below ${root}`);
  }
  // Renamed first: a removal that is cut off must not leave half a checkout under a name that means a whole one.
  const leaving = path.join(root, `.${name}.leaving-${randomBytes(4).toString('hex')}`);
  try {
    await rename(dir, leaving);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  await rm(leaving, { recursive: true, force: true });
}

/** Removes what a crash left below `root`: clones cut off, folders on their way out. Not while either is going on. */
export async function sweepDeployments(root: string): Promise<string[]> {
  const entries = await readdir(root).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  const leftovers = entries.filter((name) => /^\..+\.(cloning|replaced|leaving)-[0-9a-f]{8}$/.test(name));
  for (const name of leftovers) await rm(path.join(root, name), { recursive: true, force: true });
  return leftovers;
}

/** Whether there is something of that name. */
export async function exists(target: string): Promise<boolean> {
  return access(target).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return false;
      throw error;
    },
  );
}
