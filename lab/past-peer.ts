import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CoveyError } from '../src/errors.ts';
import { docker, inspect } from './docker.ts';
import { buildPeer, peerSources } from './peer-image.ts';
import { capture, pipe } from './run.ts';
import { digest, root } from './settings.ts';

/** What the peer's image is made of. */
const PATHS = ['package.json', 'package-lock.json', '.npmrc', 'Dockerfile', 'bin', 'proto', 'src'];

const pastDeps = 'covey/peer-deps:past';

/** The commit before the present one, whole. Throws where the repository was fetched without it: then nothing can be compared. */
export async function commitBefore(): Promise<string> {
  const asked = ['git', '-C', root, 'rev-parse', '--verify', '--quiet', 'HEAD~1^{commit}'];
  const { exitCode, stdout } = await capture(asked);
  if (exitCode === 0) return stdout.trim();
  throw new CoveyError('not-found', 'the commit before this one is not here', {
    hint: 'It was cloned without its history: git fetch --deepen=1, or fetch-depth: 2 in continuous integration.',
  });
}

/** Builds the peer's image of a commit on a machine. `depsId` is the id of the image below the present one. */
export async function peerOfCommit(
  container: string,
  commit: string,
  depsId: string,
  signal?: AbortSignal,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'covey-past-'));
  try {
    await pipe(['git', '-C', root, 'archive', commit, ...PATHS], ['tar', '-x', '-C', folder], signal);
    if ((await depsOf(folder)) === (await depsOf(root)))
      return await buildPeer(container, await peerSources({ from: folder }), depsId);
    // Other dependencies: what is below the sources has to be made too.
    await docker(['build', '--network', 'host', '--target', 'deps', '--tag', pastDeps, folder], {
      ...(signal && { signal }),
    });
    await pipe(
      ['docker', 'save', pastDeps],
      ['docker', 'exec', '-i', container, 'docker', 'load', '--quiet'],
      signal,
    );
    const id = (await inspect('image', pastDeps, '{{.Id}}')) ?? '';
    await docker(['rmi', pastDeps]);
    await buildPeer(container, await peerSources({ from: folder, base: pastDeps }), id);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A hash of what the image below the sources is made from. */
async function depsOf(folder: string): Promise<string> {
  const [dockerfile, lock] = await Promise.all(
    ['Dockerfile', 'package-lock.json'].map((name) => readFile(join(folder, name), 'utf8')),
  );
  return digest((dockerfile ?? '').split(/^FROM deps/m)[0] ?? '', lock ?? '');
}
