import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { CoveyError } from '../src/errors.ts';
import { mustExec, status } from './containers.ts';
import { docker, inspect } from './docker.ts';
import { pipe, until } from './run.ts';
import { images, label, names } from './settings.ts';

const keys = '/etc/covey-lab';

/** What a machine needs to fetch over SSH: the private key, and the server's line for known_hosts. */
export interface GitAccess {
  id: string;
  knownHosts: string;
}

/** The git server, running; its repositories stay as long as its container. Returns how to reach it over SSH. */
export async function ensureGitServer(imageId: string, address: string): Promise<GitAccess> {
  const current = await inspect('container', names.git, '{{.Image}}');
  if (current !== undefined && current !== imageId) await docker(['rm', '-f', names.git]);
  if ((await status(names.git)) === undefined) {
    const place = [
      '--network',
      names.network,
      '--ip',
      address,
      '--network-alias',
      'git',
      '--hostname',
      'git',
    ];
    await docker(['create', '--name', names.git, '--label', `${label}=git`, ...place, images.git]);
  }
  await docker(['start', names.git]);
  await until(
    async () => {
      // Not ready is the answer while it starts; what is wrong in the end is in its log, which the error names.
      const probe = await docker([
        'exec',
        names.git,
        'sh',
        '-c',
        `test -s ${keys}/known_hosts && ss -ltn | grep -q :80`,
      ]).catch(() => undefined); // asked again; the wait itself says when it takes too long
      return probe === undefined ? undefined : true;
    },
    { timeout: 30_000, describe: () => `the git server does not answer; see docker logs ${names.git}` },
  );
  const [id, knownHosts] = await Promise.all([
    mustExec(names.git, ['cat', `${keys}/id`]),
    mustExec(names.git, ['cat', `${keys}/known_hosts`]),
  ]);
  return { id: `${id}\n`, knownHosts: `${knownHosts}\n` };
}

interface Published {
  /** Where the machines clone it from without a key. */
  http: string;
  /** The same repository over SSH, with the lab's key. */
  ssh: string;
  commit: string;
}

/**
 * The content of a folder as a new commit on a branch of a repository, which is made if it is new.
 * Throws `invalid` for a bad name, branch or folder.
 */
export async function publish(folder: string, name: string, branch = 'master'): Promise<Published> {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name) || name.endsWith('.git')) {
    throw new CoveyError(
      'invalid',
      `not a repository's name: ${name} (letters, digits, ".", "_", "-"; no ".git")`,
    );
  }
  if (!/^[A-Za-z0-9][A-Za-z0-9._+/-]*$/.test(branch))
    throw new CoveyError('invalid', `not a branch: ${branch}`);
  const path = resolve(folder);
  const found = await stat(path).catch(() => undefined); // whatever keeps it from being looked at, it is no folder to publish
  if (!found?.isDirectory()) throw new CoveyError('invalid', `not a folder: ${path}`);
  if ((await status(names.git)) !== 'running') {
    throw new CoveyError('refused', 'the git server does not run', { hint: 'npm run lab -- up' });
  }
  const commit = await pipe(
    ['tar', '-C', path, '--exclude=./.git', '-cf', '-', '.'],
    ['docker', 'exec', '-i', '--user', 'git', names.git, 'git-publish', name, branch],
  );
  return { http: `http://git/${name}.git`, ssh: `ssh://git@git/${name}.git`, commit: commit.trim() };
}
