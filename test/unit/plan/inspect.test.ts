import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { releaseSchema } from '../../../src/app/release.ts';
import { CoveyError } from '../../../src/errors.ts';
import type { ActionDeps } from '../../../src/plan/actions/action.ts';
import { createActions } from '../../../src/plan/actions/table.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'covey-inspect-'));
});
afterEach(() => rm(folder, { recursive: true }));

const options = {
  signal: new AbortController().signal,
  report: () => undefined,
  mandate: { app: 'foo', fence: 1, operation: 'o' },
};

/** What a node says of a release whose folder `fill` has filled. */
const inspected = async (fill: () => Promise<unknown>) => {
  await fill();
  const compose = { config: async () => ({ services: { web: {} } }) };
  const actions = createActions({ compose, driver: 'ours' } as unknown as ActionDeps);
  return actions.run({ kind: 'inspect', folder, project: 'foo', commit: '0123abc' }, options);
};
const serviceJson = () => join(folder, 'service.json');

it.each<[string, () => Promise<unknown>, string]>([
  ['there', () => writeFile(serviceJson(), '{"name": "foo"}'), '{"name": "foo"}'],
  ['not there', async () => undefined, ''],
])('a release has a service.json that is %s', async (_, fill, text) => {
  expect(await inspected(fill)).toMatchObject({ serviceJson: text });
});

describe('a release beside the one that runs', () => {
  const data = { volumes: [{ source: 'd' }] };
  const beside = { labels: { 'covey.beside': 'true' } };
  /** What is read where compose reads this, by folder, or fails; and the folders that it has read. */
  async function read(configs: Record<string, object>, before?: string, signal = options.signal) {
    const asked: string[] = [];
    const config = async (dir: string) => {
      asked.push(dir);
      const services = configs[dir] ?? new CoveyError('invalid', `There is no compose file in ${dir}`);
      if (services instanceof CoveyError) throw services;
      return { services };
    };
    const deps = { compose: { config }, engine: { loggingDriver: async () => 'local' }, driver: 'ours' };
    const actions = createActions(deps as unknown as ActionDeps);
    const inspect = { kind: 'inspect', folder, project: 'foo', commit: '0123abc', before } as const;
    return { release: await actions.run(inspect, { ...options, signal }), asked };
  }
  const now = () => ({ [folder]: { web: beside, db: data } });

  it('has what stays as it is', async () => {
    const { release } = await read({ ...now(), '/old': { web: {}, db: data } }, '/old');
    expect(release).toMatchObject({ swap: { services: ['web'], kept: ['db'], changed: [] } });
  });

  it.each<[string, Record<string, object>, string | undefined]>([
    ['has another one', { '/old': { db: {} } }, '/old'],
    ['is not there any more', {}, '/old'],
    ['is none', {}, undefined],
  ])('is stopped for as a whole where that %s', async (_, old, before) => {
    const { release } = await read({ ...now(), ...old }, before);
    expect(release).toMatchObject({ swap: { changed: ['db'] } });
  });

  it('says what is as in that one, whose logs have bounds by now, and reads each once', async () => {
    const logged = { ...data, logging: { driver: 'json-file' } };
    const services = { web: { image: 'web:2' }, db: data, api: { build: {} } };
    const old = { web: { image: 'web:1' }, db: logged, api: { build: {} } };
    const { release, asked } = await read({ [folder]: services, '/old': old }, '/old');
    expect(release).toMatchObject({ built: ['api'], unchanged: ['db'] });
    expect(asked).toEqual([folder, '/old']);
  });

  it.each<[string, Record<string, object>, string | undefined]>([
    ['is none', {}, undefined],
    ['is not there any more', {}, '/old'],
    ['nobody can read', { '/old': new CoveyError('timeout', 'docker compose took too long') }, '/old'],
  ])('says of nothing that it is as in one that %s', async (_, old, before) => {
    const { release } = await read({ [folder]: { web: {}, db: data }, ...old }, before);
    expect(release).toMatchObject({ unchanged: [] });
  });

  it('ends with its operation', async () => {
    const over = AbortSignal.abort(new Error('the lock is lost'));
    await expect(read({ [folder]: { web: {} } }, '/old', over)).rejects.toThrow('the lock is lost');
  });
});

it.each<[string, () => Promise<unknown>, string]>([
  ['empty', () => writeFile(serviceJson(), ''), 'not JSON'],
  ['no definition', () => writeFile(serviceJson(), '{"id": "foo"}'), 'name: '],
  [
    'too long',
    () => writeFile(serviceJson(), ' '.repeat(32_769)),
    'service.json has 32769 bytes; at most 32768 are taken',
  ],
  ['a folder', () => mkdir(serviceJson()), 'service.json is no file'],
  ['a link out of the folder', () => symlink('/etc/hostname', serviceJson()), 'links out of the repository'],
])('a service.json that is %s fails the deploy before anything is stopped', async (_, fill, why) => {
  await expect(inspected(fill)).rejects.toMatchObject({
    code: 'invalid',
    message: expect.stringContaining(why),
  });
});

it.each([['post_migrate.sh'], ['update.sh']])('a release says whether it has %s', async (name) => {
  const has = async () => {
    const { hasPostMigrateScript, hasUpdateScript } = releaseSchema.parse(
      await inspected(async () => undefined),
    );
    return name === 'update.sh' ? hasUpdateScript : hasPostMigrateScript;
  };
  expect(await has()).toBe(false);
  await writeFile(join(folder, name), '');
  expect(await has()).toBe(true);
});
