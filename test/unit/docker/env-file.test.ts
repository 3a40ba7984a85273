import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeProjectEnv } from '../../../src/docker/env-file.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'covey-env-'));
});
afterEach(() => rm(root, { recursive: true }));

describe('writeProjectEnv', () => {
  const env = () => readFile(path.join(root, '.env'), 'utf8');
  const ours = "CONTAINER='$CONTAINER'\n";
  it.each([
    [null, `${ours}COMPOSE_PROJECT_NAME=foo\n`],
    ['A=1\n', `A=1\n${ours}COMPOSE_PROJECT_NAME=foo\n`],
    ['A=1', `A=1\n${ours}COMPOSE_PROJECT_NAME=foo\n`],
    ['COMPOSE_PROJECT_NAME=foo\nA=1\n', `COMPOSE_PROJECT_NAME=foo\nA=1\n${ours}`],
    ['COMPOSE_PROJECT_NAME=other\n', `COMPOSE_PROJECT_NAME=other\n${ours}COMPOSE_PROJECT_NAME=foo\n`],
    [
      'COMPOSE_PROJECT_NAME=foo\nCOMPOSE_PROJECT_NAME=other',
      `COMPOSE_PROJECT_NAME=foo\nCOMPOSE_PROJECT_NAME=other\n${ours}COMPOSE_PROJECT_NAME=foo\n`,
    ],
  ])('%j becomes %j, and stays so', async (before, after) => {
    if (before !== null) await writeFile(path.join(root, '.env'), before);
    for (let i = 0; i < 2; i++) {
      await writeProjectEnv(root, 'foo');
      expect(await env()).toBe(after);
    }
    expect(await readdir(root)).toEqual(['.env']);
  });

  it('leaves out what a folder that this one is a copy of says of its logs', async () => {
    const bounded = 'COMPOSE_FILE=/deploy/foo-1/a.yml:/deploy/foo-1/covey.logging.yml';
    await writeFile(path.join(root, '.env'), `COMPOSE_FILE=a.yml\n${bounded}\n`);
    await writeFile(path.join(root, 'covey.logging.yml'), 'services: {}\n');
    await writeProjectEnv(root, 'foo');
    expect(await env()).toBe(`COMPOSE_FILE=a.yml\n${ours}COMPOSE_PROJECT_NAME=foo\n`);
    expect(await readdir(root)).toEqual(['.env']);
  });

  it('follows a link inside the repository, without writing to where it leads', async () => {
    await writeFile(path.join(root, 'prod.env'), 'A=1\n');
    await symlink('prod.env', path.join(root, '.env'));
    await writeProjectEnv(root, 'foo');
    expect(await env()).toBe(`A=1\n${ours}COMPOSE_PROJECT_NAME=foo\n`);
    expect(await readFile(path.join(root, 'prod.env'), 'utf8')).toBe('A=1\n');
  });

  it('refuses a link out of it, and a folder', async () => {
    await symlink('/etc/hostname', path.join(root, '.env'));
    await expect(writeProjectEnv(root, 'foo')).rejects.toMatchObject({ code: 'invalid' });
    await rm(path.join(root, '.env'));
    await mkdir(path.join(root, '.env'));
    await expect(writeProjectEnv(root, 'foo')).rejects.toMatchObject({ code: 'invalid' });
  });
});
