import { mkdir, readdir, readFile, readlink, stat, symlink, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { run } from '../../../src/command.ts';
import { connect } from '../../../src/rpc/connection.ts';
import { peerMethods } from '../../../src/rpc/proto.ts';
import type { TlsMaterial } from '../../../src/rpc/tls.ts';
import {
  APP,
  cleanup,
  cluster,
  commit,
  FOLDER,
  folder,
  git,
  given,
  inWork,
  operator,
  taken,
  taker,
  useRelease,
} from './release-nodes.ts';

useRelease();

describe('a release that another node has', () => {
  it('arrives as it is there, is kept when it is there already, and its undo removes it', async () => {
    const { take, undo } = await cluster();
    expect(await take()).toEqual({ commit });
    const dir = join(taken, FOLDER);
    expect(await readdir(taken)).toEqual([FOLDER]);
    expect((await readdir(dir)).sort()).toEqual(
      ['.env', '.git', 'bin', 'docker-compose.yml', 'empty', 'inside', 'outside'].sort(),
    );
    expect((await stat(join(dir, 'bin', 'run.sh'))).mode & 0o777).toBe(0o755);
    expect(await readFile(join(dir, 'inside'), 'utf8')).toBe('echo hello\n');
    expect(await readlink(join(dir, 'outside'))).toBe('/no/such/place');
    expect(await readdir(join(dir, 'empty'))).toEqual([]);
    expect(await git.commitOf(dir)).toBe(commit);
    expect(await readFile(join(dir, '.env'), 'utf8')).toContain('COMPOSE_PROJECT_NAME=foo12345');
    const changed = await run('git', ['status', '--porcelain'], { cwd: dir });
    expect(changed.stdout.split('\n').filter((line) => line !== '')).toEqual(['?? .env']);

    await writeFile(join(dir, 'mine'), '');
    expect(await take()).toEqual({ commit });
    expect(await readdir(dir)).toContain('mine');

    for (let i = 0; i < 2; i++) await undo();
    expect(await readdir(taken)).toEqual([]);
  });

  it('of many megabytes arrives whole', async () => {
    const big = Buffer.alloc(40_000_000);
    for (let i = 0; i < big.length; i += 4096) big.writeUInt32LE(i, i);
    await writeFile(join(given, FOLDER, 'big'), big);
    const { take } = await cluster();
    await take();
    expect(big.equals(await readFile(join(taken, FOLDER, 'big')))).toBe(true);
  });

  it('replaces one of another commit', async () => {
    await inWork('commit', '-q', '--allow-empty', '-m', 'two');
    await git.checkout(`file://${join(folder, 'work')}`, 'master', null, join(taken, FOLDER));
    const { take } = await cluster();
    await take();
    expect(await git.commitOf(join(taken, FOLDER))).toBe(commit);
    expect(await readdir(taken)).toEqual([FOLDER]);
  });
});
describe('a node gives', () => {
  async function ask(tls: TlsMaterial, request: { app: string; folder: string }) {
    const { port } = await cluster();
    const connection = connect({ host: '127.0.0.1', port, name: 'giver' }, { tls });
    cleanup.add(() => connection.close());
    let bytes = 0;
    for await (const { data } of connection.stream(peerMethods.Release, request)) bytes += data.length;
    return bytes;
  }

  it('its releases to peers alone', async () => {
    const request = { app: APP, folder: FOLDER };
    expect(await ask(taker, request)).toBeGreaterThan(0);
    await expect(ask(operator, request)).rejects.toMatchObject({ code: 'denied' });
  });

  it.each([
    ['of another app', 'bar_master.12345', FOLDER],
    ['of no app', '', FOLDER],
    ['of all apps', APP, ''],
    ['outside', APP, '..'],
    ['by a path', APP, `../given/${FOLDER}`],
    ['by a path of the app', '../given/foo_master.12345', basename(FOLDER)],
    ['through a link', APP, `${APP}-link`],
    ['half-made', APP, `.${FOLDER}.cloning-0a1b2c3d`],
  ])('nothing %s', async (_what, app, name) => {
    await mkdir(join(given, `.${FOLDER}.cloning-0a1b2c3d`));
    await symlink('/etc', join(given, `${APP}-link`));
    await expect(ask(taker, { app, folder: name })).rejects.toMatchObject({ code: 'not-found' });
  });
});
