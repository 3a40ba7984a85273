import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execIn, mustExec } from './containers.ts';
import { folderDigest } from './host/build.ts';
import { stateFolder } from './identity.ts';
import { pipe } from './run.ts';
import { images, root } from './settings.ts';

const marker = '/var/lib/docker/covey-peer';

/** The peer's sources as a build context, and a hash of it. */
export interface PeerSources {
  context: string;
  digest: string;
}

/**
 * Collects what the last stage of the Dockerfile copies. The stages before (packages, dependencies) are an image that every
 * engine has; so a change of a source costs a build of a second on each machine instead of moving hundreds of megabytes.
 * `from` and `base`: the folder of another version of the project, and the image of its stages before.
 */
export async function peerSources({
  from = root,
  base = images.peerDeps as string,
} = {}): Promise<PeerSources> {
  const context = join(stateFolder, 'peer');
  await rm(context, { recursive: true, force: true });
  await mkdir(context, { recursive: true });
  for (const name of ['package.json', 'bin', 'proto', 'src']) {
    await cp(join(from, name), join(context, name), { recursive: true });
  }
  const dockerfile = await readFile(join(from, 'Dockerfile'), 'utf8');
  const last = dockerfile
    .slice(dockerfile.lastIndexOf('FROM deps AS peer'))
    .replace('FROM deps', `FROM ${base}`);
  await writeFile(join(context, 'Dockerfile'), last);
  return { context, digest: await folderDigest(context) };
}

/** Builds the peer's image on a machine, unless it has this one. `depsId` is the id of the image below it. */
export async function buildPeer(container: string, sources: PeerSources, depsId: string): Promise<void> {
  const wanted = `${sources.digest} ${depsId}`;
  if ((await execIn(container, ['cat', marker])).stdout === wanted) return;
  await pipe(
    ['tar', '-C', sources.context, '--owner=0', '--group=0', '-cf', '-', '.'],
    // The plain builder: it starts at once, and four copies need no cache but the engine's own.
    [
      'docker',
      'exec',
      '-i',
      '-e',
      'DOCKER_BUILDKIT=0',
      container,
      'docker',
      'build',
      '--quiet',
      '--tag',
      images.peer,
      '-',
    ],
  );
  await mustExec(container, ['tee', marker], { input: wanted });
}
