import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { boundLogs } from '../../../src/docker/logging.ts';
import { CoveyError } from '../../../src/errors.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'covey-logging-'));
  await write('compose.yml', '');
});
afterEach(() => rm(folder, { recursive: true }));

const write = (name: string, text: string) => writeFile(path.join(folder, name), text);
const read = (name: string) => readFile(path.join(folder, name), 'utf8');
const bounds = { maxSize: '10m', maxFile: 3 };
const logging = { driver: 'json-file', options: { 'max-size': '10m', 'max-file': '3' } };

type Services = Record<string, { image: string; logging?: object }>;

/** A compose that reads `before`, and `after` once .env names our file. */
const compose = (before: Services, after: () => Services) => ({
  config: async () => ({
    name: 'foo',
    services: (await read('.env')).includes('covey.logging.yml') ? after() : before,
  }),
});
const plain = compose({ web: { image: 'x' } }, () => ({ web: { image: 'x', logging } }));
const bound = (using: ReturnType<typeof compose>, given: typeof bounds | undefined = bounds) => {
  const said: string[] = [];
  const options = { onLine: (line: string) => void said.push(line) };
  return boundLogs(using, { folder, project: 'foo', bounds: given }, options).then(() => said);
};

it.each([
  ['A=1\n', ['compose.yml'], (at: string) => `${at}/compose.yml:`],
  [
    'A=1\n',
    ['docker-compose.yaml', 'compose.yaml', 'docker-compose.override.yml', 'compose.override.yaml'],
    (at: string) => `${at}/compose.yaml:${at}/compose.override.yaml:`,
  ],
  ['COMPOSE_PATH_SEPARATOR=,\n', [], (at: string) => `${at}/compose.yml\${COMPOSE_PATH_SEPARATOR}`],
  ['COMPOSE_FILE=a.yml:b.yml\n', [], () => `\${COMPOSE_FILE}:`],
  [
    'COMPOSE_PATH_SEPARATOR=,\nexport COMPOSE_FILE="a.yml,b.yml"\n',
    [],
    () => `\${COMPOSE_FILE}\${COMPOSE_PATH_SEPARATOR}`,
  ],
])('below %j and with %j .env names what compose reads, then ours, once', async (env, files, line) => {
  await write('.env', env);
  for (const file of files) await write(file, '');
  for (let i = 0; i < 2; i++) {
    expect(await bound(plain)).toEqual([]);
    expect(await read('.env')).toBe(`${env}COMPOSE_FILE=${line(folder)}${folder}/covey.logging.yml\n`);
  }
  expect(await readdir(folder)).toEqual(
    [...new Set(['.env', 'compose.yml', 'covey.logging.yml', ...files])].sort(),
  );
});

it('names only the services that set no logging', async () => {
  await write('.env', '');
  const own = { image: 'x', logging: {} };
  const before = { 'a.b': { image: 'x' }, on: { image: 'x' }, own };
  const after = { 'a.b': { image: 'x', logging }, on: { image: 'x', logging }, own };
  await bound(compose(before, () => after));
  expect((await read('covey.logging.yml')).replace(/^#.*\n/gm, '')).toBe(`services:
  "a.b":
    logging:
      driver: json-file
      options:
        max-size: "10m"
        max-file: "3"
  "on":
    logging:
      driver: json-file
      options:
        max-size: "10m"
        max-file: "3"
`);
});

it.each<[string, Services, typeof bounds | undefined]>([
  ['every service sets its logging', { web: { image: 'x', logging: { driver: 'none' } } }, bounds],
  ['there are no services', {}, bounds],
  ['there are to be no bounds', { web: { image: 'x' } }, undefined],
])('writes nothing where %s, and takes away what it has written before', async (_, services, given) => {
  await write('.env', 'A=1\n');
  const using = compose(services, () => services);
  const untouched = async () => {
    expect(await boundLogs(using, { folder, project: 'foo', bounds: given })).toBeUndefined();
    expect(await readdir(folder)).toEqual(['.env', 'compose.yml']);
    expect(await read('.env')).toBe('A=1\n');
  };
  await untouched();
  await bound(plain);
  expect(await readdir(folder)).toContain('covey.logging.yml');
  await untouched();
});

it.each<[string, () => Services, string]>([
  [
    'refuses it',
    () => {
      throw new CoveyError('invalid', 'imported twice');
    },
    'imported twice',
  ],
  ['reads something else', () => ({ web: { image: 'y', logging } }), 'another configuration'],
])('leaves the folder as it was where compose then %s, and says so', async (_, after, why) => {
  await write('.env', 'A=1\n');
  expect(await bound(compose({ web: { image: 'x' } }, after))).toEqual([expect.stringContaining(why)]);
  expect(await readdir(folder)).toEqual(['.env', 'compose.yml']);
  expect(await read('.env')).toBe('A=1\n');
});

it('fails where compose does not answer, or the file cannot be written', async () => {
  await write('.env', '');
  const cut = compose({ web: { image: 'x' } }, () => {
    throw new CoveyError('cancelled', 'enough');
  });
  await expect(bound(cut)).rejects.toMatchObject({ code: 'cancelled' });
  await write('.env', '');
  await rm(path.join(folder, 'covey.logging.yml'));
  await mkdir(path.join(folder, 'covey.logging.yml'));
  await expect(bound(plain)).rejects.toMatchObject({
    code: 'failed',
    message: expect.stringContaining('covey.logging.yml'),
  });
});
