import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { docker, inspect } from '../docker.ts';
import { capture } from '../run.ts';
import { digest } from '../settings.ts';

/** The label that says from what an image of ours was made; an image without it came from a registry. */
export const recipeLabel = 'covey.recipe';

/** Id and recipe (undefined: not ours) of a local image; undefined if there is none with this tag. */
export async function localImage(
  tag: string,
): Promise<{ id: string; recipe: string | undefined } | undefined> {
  const found = await inspect(
    'image',
    tag,
    `{{.Id}} {{if .Config.Labels}}{{index .Config.Labels "${recipeLabel}"}}{{end}}`,
  );
  if (!found) return undefined;
  const [id = '', recipe] = found.split(' ');
  return { id, recipe: recipe || undefined };
}

/** A hash over the names and contents of all files below a folder. */
export async function folderDigest(folder: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const parts: (string | Uint8Array)[] = [];
  for (const file of files.sort()) parts.push(file.slice(folder.length), await readFile(file));
  return digest(...parts);
}

export interface BuildOptions {
  tag: string;
  recipe: string;
  /** Folder that is sent to the engine. */
  context: string;
  /** Path of the Dockerfile; the context's own by default. */
  file?: string;
  target?: string;
  args?: Record<string, string>;
  signal?: AbortSignal;
}

/** Builds an image with the host's network (where the package registries are) and labels it with its recipe. */
export async function build(options: BuildOptions): Promise<void> {
  const argv = [
    'build',
    '--network',
    'host',
    '--tag',
    options.tag,
    '--label',
    `${recipeLabel}=${options.recipe}`,
  ];
  if (options.file) argv.push('--file', options.file);
  if (options.target) argv.push('--target', options.target);
  for (const [name, value] of Object.entries(options.args ?? {}))
    argv.push('--build-arg', `${name}=${value}`);
  await docker([...argv, options.context], options.signal && { signal: options.signal });
}

// A registry that answers at all does so within this time; only then is a slow download worth waiting for.
const patience = 20_000;

/** Pulls images; after the first time that no registry answers it does not ask again. */
export function puller(): (tag: string, signal?: AbortSignal) => Promise<boolean> {
  let registryAnswers: Promise<boolean> | undefined;
  const probe = async (tag: string): Promise<boolean> => {
    const asked = await capture(['docker', 'manifest', 'inspect', tag], { timeout: patience }).catch(
      () => undefined,
    );
    return asked?.exitCode === 0;
  };
  return async (tag, signal) => {
    registryAnswers ??= probe(tag);
    if (!(await registryAnswers)) return false;
    const pulled = await capture(['docker', 'pull', '--quiet', tag], signal && { signal });
    return pulled.exitCode === 0;
  };
}

/** Removes what earlier recipes left behind, which nothing names any more. */
export async function removeOldImages(): Promise<void> {
  await docker(['image', 'prune', '--force', '--filter', `label=${recipeLabel}`]);
}
