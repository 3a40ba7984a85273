import { once } from 'node:events';
import { chmod, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { baseEnvironment, run } from '../../../src/command.ts';
import { makeGit } from '../../../src/docker/git.ts';
import { bare, commit, folder, git, inWork, repo, useRepo, work } from './git-repo.ts';

useRepo();

describe('checkout', () => {
  let dir: string;
  beforeEach(() => {
    dir = path.join(folder, 'deploy', 'app-1');
  });
  const content = () => readFile(path.join(dir, 'file'), 'utf8');

  it('clones, tells its progress, keeps what is whole and replaces what is other', async () => {
    const first = await commit('one');
    const lines: string[] = [];
    expect(await git.checkout(repo, 'master', null, dir, { onLine: (line) => lines.push(line) })).toBe(first);
    expect(lines.join('\n')).toMatch(/Cloning into/);
    expect(await git.commitOf(dir)).toBe(first);
    await writeFile(path.join(dir, 'mine'), '');
    await git.checkout(repo, 'master', first, dir);
    expect(await readdir(dir)).toContain('mine');
    const second = await commit('two');
    await git.checkout(repo, 'master', second, dir);
    expect(await content()).toBe('two');
    expect(await readdir(path.dirname(dir))).toEqual(['app-1']);
  });

  it('gives the very commit asked for when the branch went on', async () => {
    const first = await commit('one');
    await commit('two');
    await git.checkout(repo, 'master', first, dir);
    expect(await content()).toBe('one');
    expect(await git.commitOf(dir)).toBe(first);
    const gone = '0123456789012345678901234567890123456789';
    await expect(git.checkout(repo, 'master', gone, `${dir}x`)).rejects.toMatchObject({ code: 'not-found' });
    expect(await readdir(path.dirname(dir))).toEqual(['app-1']);
  });

  it('checks tags and submodules out', async () => {
    await commit('library');
    const library = path.join(folder, 'library.git');
    await run('git', ['clone', '-q', '--bare', bare, library]);
    await inWork('submodule', 'add', '-q', `file://${library}`, 'lib');
    const withLibrary = await commit('app');
    await inWork('tag', '-am', 'notes', 'v1');
    await inWork('push', '-q', '--tags', 'origin');
    await commit('later');
    expect(await git.checkout(repo, 'v1', null, dir)).toBe(withLibrary);
    expect(await readFile(path.join(dir, 'lib', 'file'), 'utf8')).toBe('library');
  });

  it('takes no submodule that runs a command, and leaves nothing behind', async () => {
    await writeFile(
      path.join(work, '.gitmodules'),
      `[submodule "x"]\n\tpath = x\n\turl = ext::touch ${folder}/owned\n`,
    );
    const first = await commit('one');
    await inWork('update-index', '--add', '--cacheinfo', `160000,${first},x`);
    await inWork('commit', '-qm', 'link');
    await inWork('push', '-q', '--all', 'origin');
    await expect(git.checkout(repo, 'master', null, dir)).rejects.toMatchObject({ code: 'unavailable' });
    expect(await readdir(path.dirname(dir))).toEqual([]);
    expect(await readdir(folder)).not.toContain('owned');
  });

  it('leaves what was there when it fails', async () => {
    await commit('one');
    await git.checkout(repo, 'master', null, dir);
    const second = await commit('two');
    await rm(bare, { recursive: true });
    await expect(git.checkout(repo, 'master', second, dir)).rejects.toMatchObject({ code: 'unavailable' });
    expect(await content()).toBe('one');
    expect(await readdir(path.dirname(dir))).toEqual(['app-1']);
  });

  it('clones from a web server that knows nothing of git', async () => {
    const first = await commit('one');
    await run('git', ['update-server-info'], { cwd: bare });
    const server = await serveFiles(bare);
    const { port } = server.address() as AddressInfo;
    expect(await git.checkout(`http://127.0.0.1:${port}/bare.git`, 'master', null, dir)).toBe(first);
    expect(await content()).toBe('one');
    // An older commit than the branch has, as a rollback wants it.
    await commit('two');
    await run('git', ['update-server-info'], { cwd: bare });
    const older = path.join(path.dirname(dir), 'app-2');
    expect(await git.checkout(`http://127.0.0.1:${port}/bare.git`, 'master', first, older)).toBe(first);
    expect(await readFile(path.join(older, 'file'), 'utf8')).toBe('one');
    server.close();
  });

  it('ends with a web server that takes the request and says nothing', async () => {
    const silent = createServer(() => undefined);
    silent.listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as AddressInfo;
    const impatient = makeGit({ silenceSeconds: 1 });
    const commit = '0123456789012345678901234567890123456789';
    const begun = performance.now();
    await expect(
      impatient.checkout(`http://127.0.0.1:${port}/x`, 'master', commit, dir),
    ).rejects.toMatchObject({ code: 'unavailable' });
    expect(performance.now() - begun).toBeLessThan(10_000);
    expect(await readdir(path.dirname(dir))).toEqual([]);
    silent.closeAllConnections();
    silent.close();
  });

  it("calls ssh with the operator's key and known hosts alone", async () => {
    const ssh = path.join(folder, 'bin', 'ssh');
    const keys = path.join(folder, 'keys');
    await mkdir(path.dirname(ssh));
    await mkdir(keys);
    await writeFile(path.join(keys, 'id'), '');
    await writeFile(ssh, `#!/bin/sh\necho "$@" > ${folder}/asked\necho refused >&2\nexit 255\n`);
    await chmod(ssh, 0o755);
    const PATH = `${path.dirname(ssh)}:${baseEnvironment.PATH}`;
    const sshGit = makeGit({ sshFolder: keys, env: { PATH } });
    await expect(sshGit.resolve('git@host.example:a/b', 'master')).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('refused'),
    });
    const asked = await readFile(path.join(folder, 'asked'), 'utf8');
    for (const option of [
      `-i ${keys}/id`,
      'BatchMode=yes',
      'StrictHostKeyChecking=yes',
      `UserKnownHostsFile=${keys}/known_hosts`,
      'ConnectTimeout=',
    ]) {
      expect(asked).toContain(option);
    }
  });
});

/** Files below `root`, under the path /<its name>/: what git calls the dumb protocol. */
async function serveFiles(root: string): Promise<Server> {
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://x');
    const file = path.join(root, pathname.replace(`/${path.basename(root)}`, ''));
    const body = await readFile(file).catch(() => null);
    response.writeHead(body === null ? 404 : 200).end(body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}
