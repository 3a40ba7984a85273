import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { run } from '../../../src/command.ts';
import { makeGit } from '../../../src/docker/git.ts';
import { assertBranch } from '../../../src/docker/git-names.ts';
import { folder, git, repo, useRepo, work } from './git-repo.ts';

useRepo();

describe('commitOf', () => {
  it('is for checkouts alone', async () => {
    await expect(git.commitOf(folder)).rejects.toMatchObject({
      code: 'not-found',
      message: `${folder} is not a git checkout`,
    });
    await mkdir(path.join(work, 'below'));
    await expect(git.commitOf(path.join(work, 'below'))).rejects.toMatchObject({ code: 'not-found' });
  });
});

it('says which commit, folder of keys or checkout is none', async () => {
  const dir = path.join(folder, 'checkout');
  await expect(git.checkout(repo, 'master', 'HEAD', dir)).rejects.toMatchObject({
    code: 'invalid',
    message: '"HEAD" is not a commit: 40 hexadecimal digits',
  });
  const odd = makeGit({ sshFolder: '/etc/my keys' });
  await expect(odd.resolve('git@host.example:a/b', 'master')).rejects.toMatchObject({
    code: 'invalid',
    message: expect.stringContaining('The folder of SSH keys /etc/my keys has other characters in its name'),
  });
  await mkdir(dir);
  await run('git', ['init', '--quiet'], { cwd: dir });
  await expect(git.commitOf(dir)).rejects.toMatchObject({
    code: 'failed',
    message: expect.stringContaining(`Can't tell the commit of ${dir}: `),
  });
});

it('lets no branch through that git would refuse', async () => {
  const characters = fc.constantFrom(...'ab.-/@{~^:?*[\\ é', '\u0001', '..', '.lock', '@{', 'HEAD');
  const names = fc.sample(fc.string({ unit: characters, minLength: 1, maxLength: 6 }), 150);
  for (const name of names) {
    const ours = (() => {
      try {
        assertBranch(name);
        return true;
      } catch {
        return false;
      }
    })();
    if (!ours) continue;
    const { exitCode } = await run('git', ['check-ref-format', '--branch', name], { accept: [0, 1, 128] });
    expect([name, exitCode]).toEqual([name, 0]);
  }
});
