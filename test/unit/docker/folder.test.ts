import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  deploymentsOf,
  placeDeployment,
  removeDeployment,
  sweepDeployments,
} from '../../../src/docker/folder.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'covey-folder-'));
});
afterEach(() => rm(root, { recursive: true }));

describe('placeDeployment', () => {
  const fill = (text: string) => async (staging: string) => {
    await mkdir(staging);
    await writeFile(path.join(staging, 'file'), text);
  };
  const dir = () => path.join(root, 'below', 'foo-1');
  const text = () => readFile(path.join(dir(), 'file'), 'utf8');
  const around = () => readdir(path.dirname(dir()));

  it('makes the folder, and replaces what is there', async () => {
    await placeDeployment(dir(), fill('one'));
    expect(await text()).toBe('one');
    await placeDeployment(dir(), fill('two'));
    expect(await text()).toBe('two');
    expect(await around()).toEqual(['foo-1']);
  });

  it('leaves all as it was when it fails, and what it makes is swept after a crash', async () => {
    await placeDeployment(dir(), fill('one'));
    let staging = '';
    const failing = placeDeployment(dir(), async (given) => {
      staging = given;
      await fill('two')(given);
      throw new Error('broke');
    });
    await expect(failing).rejects.toThrow('broke');
    expect(await text()).toBe('one');
    expect(await around()).toEqual(['foo-1']);
    await fill('cut off')(staging);
    expect(await sweepDeployments(path.dirname(dir()))).toEqual([path.basename(staging)]);
  });
});

describe('deployments', () => {
  const make = (...names: string[]) =>
    Promise.all(names.map((name) => mkdir(path.join(root, name, 'sub'), { recursive: true })));

  it('of one app are found, in both ways of naming', async () => {
    const mine = ['foo_a.12345-0b9f-11', 'foo_a.12345@2020-01-02T030405.678901'];
    await make(
      ...mine,
      'foo_a.12345-b.67890-0b9f',
      'foo_a.123456-x',
      'foo_a.12345',
      '.foo_a.12345-1.cloning-00000000',
    );
    await writeFile(path.join(root, 'foo_a.12345-file'), '');
    expect(await deploymentsOf(root, 'foo_a.12345')).toEqual(mine.map((name) => path.join(root, name)));
    expect(await deploymentsOf(path.join(root, 'none'), 'foo')).toEqual([]);
  });

  it('are removed, and nothing else is', async () => {
    await make('foo-1', 'foo-2');
    for (let i = 0; i < 2; i++) await removeDeployment(root, path.join(root, 'foo-1'));
    expect(await readdir(root)).toEqual(['foo-2']);
    for (const dir of [
      root,
      '/',
      path.join(root, 'foo-2', 'sub'),
      path.join(root, '..'),
      path.join(root, 'foo-2', '..'),
    ]) {
      await expect(removeDeployment(root, dir)).rejects.toThrow(
        `${dir} is not a deployment's folder below ${root}`,
      );
    }
    expect(await readdir(root)).toEqual(['foo-2']);
  });

  it('that a crash left half-made are swept', async () => {
    await make('.foo-1.cloning-0a1b2c3d', '.foo-1.leaving-0a1b2c3d', 'foo-1', '.other');
    expect((await sweepDeployments(root)).length).toBe(2);
    expect((await readdir(root)).sort()).toEqual(['.other', 'foo-1']);
  });
});
