import { copyFile, link, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exclusive } from '../exclusive.ts';
import { type Log, limited, run, step } from '../run.ts';
import { digest, images, root } from '../settings.ts';
import { type Mirror, machineMirror } from './apt.ts';
import { build, folderDigest, localImage, puller, recipeLabel, removeOldImages } from './build.ts';
import { debianContent, makeDebian } from './debian.ts';

const folder = join(root, 'lab/images');

/** How one image comes to be here. */
interface Recipe {
  tag: string;
  /** Tags of images that must be there first; their ids are part of what this one is made from. */
  needs: string[];
  /** Whether a registry has it; then a pull is tried before it is made. */
  pullable: boolean;
  /** What the image is made from, besides `needs`, as a hash. */
  content: () => Promise<string>;
  make: (recipe: string, mirror: () => Promise<Mirror>, signal?: AbortSignal) => Promise<void>;
}

function debian(tag: string, release: string): Recipe {
  return {
    tag,
    needs: [],
    pullable: true,
    content: () => debianContent(release),
    make: async (recipe, mirror, signal) =>
      makeDebian(release, tag, `${recipeLabel}=${recipe}`, await mirror(), signal),
  };
}

/** A stand-in for a registry's image, made from `lab/images/NAME.Dockerfile`. */
function standIn(tag: string, name: string): Recipe {
  const file = join(folder, `${name}.Dockerfile`);
  return {
    tag,
    needs: [images.trixie],
    pullable: true,
    content: async () => digest(await readFile(file)),
    make: async (recipe, mirror, signal) => {
      const context = await mkdtemp(join(tmpdir(), `covey-${name}-`));
      try {
        if (name === 'node') await nodeContext(context, signal);
        const args = { ARCHIVE: (await mirror()).archive };
        const usesArchive = (await readFile(file, 'utf8')).includes('ARG ARCHIVE');
        await build({ tag, recipe, context, file, ...(usesArchive && { args }), ...(signal && { signal }) });
      } finally {
        await rm(context, { recursive: true, force: true });
      }
    },
  };
}

/** Node's binary as npm brought it, and npm itself. */
async function nodeContext(context: string, signal?: AbortSignal): Promise<void> {
  const binary = join(root, 'node_modules/node/bin/node');
  await link(binary, join(context, 'node')).catch(() => copyFile(binary, join(context, 'node')));
  await run(['npm', 'pack', 'npm@11', '--silent', '--pack-destination', context], {
    cwd: root,
    ...(signal && { signal }),
  });
  const tarball = (await readdir(context)).find((name) => name.endsWith('.tgz'));
  await rename(join(context, tarball ?? 'npm.tgz'), join(context, 'npm.tgz'));
}

/** An image of the lab's own, from a folder with a Dockerfile. */
function own(tag: string, name: string, needs: string[]): Recipe {
  const context = join(folder, name);
  return {
    tag,
    needs,
    pullable: false,
    content: () => folderDigest(context),
    make: (recipe, _mirror, signal) => build({ tag, recipe, context, ...(signal && { signal }) }),
  };
}

/** All of the peer's image but its sources, which each machine adds by itself (see `peer-image.ts`). */
const peerDeps: Recipe = {
  tag: images.peerDeps,
  needs: [images.node],
  pullable: false,
  content: async () => {
    const dockerfile = await readFile(join(root, 'Dockerfile'), 'utf8');
    const lock = await readFile(join(root, 'package-lock.json'));
    return digest(dockerfile.split(/^FROM deps/m)[0] ?? '', lock);
  },
  make: (recipe, _mirror, signal) =>
    build({ tag: images.peerDeps, recipe, context: root, target: 'deps', ...(signal && { signal }) }),
};

// In this order; two are made at a time.
const recipes: Recipe[] = [
  debian(images.trixie, 'trixie'),
  debian(images.bookworm, 'bookworm'),
  standIn(images.consul, 'consul'),
  standIn(images.node, 'node'),
  own(images.machine, 'machine', [images.trixie, images.consul]),
  peerDeps,
  standIn(images.caddy, 'caddy'),
  standIn(images.haproxy, 'haproxy'),
  own(images.git, 'git', [images.trixie]),
  own(images.pebble, 'pebble', [images.trixie]),
];

/** The images that every machine's engine gets, besides the peer's sources. */
export const machineImages = [
  images.trixie,
  images.bookworm,
  images.haproxy,
  images.caddy,
  images.consul,
  images.peerDeps,
] as const;

/**
 * Every image that the lab needs, here and current: what is there is used, else pulled, else made from Debian's and npm's
 * packages. Returns tag -> image id.
 */
export function ensureImages(log: Log, signal?: AbortSignal): Promise<Map<string, string>> {
  // Tests make images too; what one is making the other would make again beside it.
  return exclusive('covey-images', log, signal, () => provideAll(log, signal));
}

async function provideAll(log: Log, signal?: AbortSignal): Promise<Map<string, string>> {
  const pull = puller();
  let found: Promise<Mirror> | undefined;
  let made = 0;
  const mirror = (): Promise<Mirror> => (found ??= machineMirror());
  const done = new Map<string, Promise<string>>();
  const settle = new Map<string, (id: Promise<string>) => void>();
  for (const { tag } of recipes) {
    const promise = new Promise<string>((resolve) => settle.set(tag, resolve));
    promise.catch(() => undefined); // whoever makes it reports the failure
    done.set(tag, promise);
  }

  const provide = async (recipe: Recipe): Promise<string> => {
    const bases = await Promise.all(recipe.needs.map((tag) => done.get(tag) ?? ''));
    const hash = digest(await recipe.content(), ...bases);
    const local = await localImage(recipe.tag);
    if (local && (local.recipe === hash || (recipe.pullable && !local.recipe))) return local.id;
    if (recipe.pullable && !local && (await pull(recipe.tag, signal))) {
      log(`image ${recipe.tag}: pulled`);
    } else {
      made++;
      await step(log, `image ${recipe.tag}: made`, () => recipe.make(hash, mirror, signal));
    }
    return (await localImage(recipe.tag))?.id ?? '';
  };

  await limited(
    2,
    recipes.map((recipe) => () => {
      const id = provide(recipe);
      settle.get(recipe.tag)?.(id);
      return id;
    }),
  );
  if (made > 0) await removeOldImages();
  return new Map(await Promise.all([...done].map(async ([tag, id]) => [tag, await id] as const)));
}
