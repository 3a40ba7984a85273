import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { makeGit } from '../../../src/docker/git.ts';
import { commit, git, inWork, repo, useRepo } from './git-repo.ts';

useRepo();

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
