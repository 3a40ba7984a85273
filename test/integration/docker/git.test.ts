import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { baseEnvironment, run } from '../../../src/command.ts';
import { makeGit } from '../../../src/docker/git.ts';
import { assertBranch } from '../../../src/docker/git-names.ts';

vi.setConfig({ testTimeout: 60_000 });

const git = makeGit({ allowFile: true });
let folder: string;
let work: string;
let bare: string;
let repo: string;

const env = {
  GIT_AUTHOR_NAME: 'a',
  GIT_AUTHOR_EMAIL: 'a@example.com',
  GIT_COMMITTER_NAME: 'a',
  GIT_COMMITTER_EMAIL: 'a@example.com',
};
const inWork = async (...args: string[]) =>
  (await run('git', ['-c', 'protocol.file.allow=always', ...args], { cwd: work, env })).stdout;

async function commit(text: string): Promise<string> {
  await writeFile(path.join(work, 'file'), text);
  await inWork('add', '.');
  await inWork('commit', '-qm', text);
  await inWork('push', '-q', '--all', 'origin');
  return inWork('rev-parse', 'HEAD');
}

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'covey-git-'));
  [work, bare] = [path.join(folder, 'work'), path.join(folder, 'bare.git')];
  await run('git', ['init', '-q', '--bare', '-b', 'master', bare]);
  await run('git', ['init', '-q', '-b', 'master', work]);
  await inWork('remote', 'add', 'origin', bare);
  repo = `file://${bare}`;
});
afterEach(() => rm(folder, { recursive: true }));

describe('resolve', () => {
  it('finds branches first, then tags, peeled', async () => {
    const first = await commit('one');
    await inWork('tag', 'light');
    await inWork('tag', '-am', 'notes', 'heavy');
    await inWork('branch', 'feature/x');
    await inWork('tag', 'both');
    const second = await commit('two');
    await inWork('branch', 'both');
    await inWork('push', '-q', '--all', 'origin');
    await inWork('push', '-q', '--tags', 'origin');
    const found = await Promise.all(
      ['master', 'light', 'heavy', 'feature/x', 'both'].map((name) => git.resolve(repo, name)),
    );
    expect(found).toEqual([second, first, first, first, second]);
    // A name that is only the end of one is none.
    await expect(git.resolve(repo, 'x')).rejects.toMatchObject({
      code: 'not-found',
      message: `${repo} has no branch or tag x`,
    });
  });

  it('tells an unreachable repository, without its password', async () => {
    const closed = createServer();
    closed.listen(0, '127.0.0.1');
    await once(closed, 'listening');
    const { port } = closed.address() as AddressInfo;
    closed.close();
    const failing = git.resolve(`http://me:hunter2@127.0.0.1:${port}/x`, 'master');
    await expect(failing).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.not.stringContaining('hunter2'),
    });
    await expect(git.resolve('file:///no/such/repo', 'master')).rejects.toMatchObject({
      code: 'unavailable',
    });
  });

  it('asks for no password and hands none on', async () => {
    const server = createServer((_, response) => {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end();
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    await expect(git.resolve(`http://me:hunter2@127.0.0.1:${port}/x`, 'master')).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.not.stringContaining('hunter2'),
    });
    server.close();
  });

  it("ends with its caller, git's children too", async () => {
    const silent = createTcpServer();
    silent.listen(0, '127.0.0.1');
    const asked = once(silent, 'connection');
    await once(silent, 'listening');
    const { port } = silent.address() as AddressInfo;
    const controller = new AbortController();
    const resolving = git.resolve(`http://127.0.0.1:${port}/x`, 'master', { signal: controller.signal });
    const [socket] = await asked;
    // git-remote-http holds the connection: its close is that program's end.
    const hungUp = once(socket, 'close');
    socket.resume();
    controller.abort();
    await expect(resolving).rejects.toMatchObject({ code: 'cancelled' });
    await hungUp;
    silent.close();

    await expect(
      makeGit({ resolveTimeoutMs: 1 }).resolve('http://192.0.2.1/x', 'master'),
    ).rejects.toMatchObject({
      code: 'unavailable',
    });
  });
});

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
