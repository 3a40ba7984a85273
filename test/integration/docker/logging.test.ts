import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';
import { run } from '../../../src/command.ts';
import { makeEngine } from '../../../src/docker/engine.ts';
import { writeProjectEnv } from '../../../src/docker/env-file.ts';
import { boundLogs } from '../../../src/docker/logging.ts';
import { compose, dir, dockerConfig, project, useCompose, write } from './one-compose.ts';
import { TINY_IMAGE } from './support.ts';

useCompose();

const engine = makeEngine();
const bound = () => boundLogs(compose, { folder: dir, project, bounds: { maxSize: '10m', maxFile: 3 } });
/** Compose as an operator calls it: nothing but the folder says what is meant. */
const byHand = (args: string[], cwd = dir) =>
  run('docker', ['compose', ...args], { cwd, env: { DOCKER_CONFIG: dockerConfig } });
const configByHand = async (cwd?: string) =>
  JSON.parse((await byHand(['config', '--format', 'json'], cwd)).stdout);

const image = `image: ${TINY_IMAGE}`;
const logging = { driver: 'json-file', options: { 'max-size': '10m', 'max-file': '3' } };

it.each<[string, Record<string, string>]>([
  [
    'one file',
    { 'docker-compose.yml': `services: {web: {${image}}, own: {${image}, logging: {driver: none}}}` },
  ],
  [
    'an override file of another kind',
    {
      'docker-compose.yml': `services: {web: {${image}}, own: {${image}}}`,
      'compose.override.yaml': 'services: {web: {environment: {A: b}}, own: {logging: {driver: none}}}',
    },
  ],
  [
    'files that its .env names',
    {
      'docker-compose.yml': 'services: {other: {image: other}}',
      'prod/app.yml': `services: {web: {${image}, volumes: [".:/here"]}, own: {${image}}}`,
      'more.yml': 'services: {own: {logging: {driver: none}}}',
      '.env':
        'PLACE=prod\nCOMPOSE_PATH_SEPARATOR=,\nexport COMPOSE_FILE="$' + '{PLACE}/app.yml,more.yml" # both\n',
    },
  ],
  [
    'a file that is included',
    {
      'compose.yml': `include: [web.yml]\nservices: {own: {${image}, logging: {driver: none}}}`,
      'web.yml': `services: {web: {${image}}}`,
    },
  ],
])('an app of %s means what it did, and its logs are bounded', async (_, files) => {
  for (const [name, text] of Object.entries(files)) await write(name, text);
  await writeProjectEnv(dir, project);
  const before = await configByHand();
  expect(before.services.web).not.toHaveProperty('logging');
  await bound();
  const expected = { ...before, services: { ...before.services, web: { ...before.services.web, logging } } };
  expect(await configByHand()).toEqual(expected);
  expect(await compose.config(dir, project)).toEqual(expected);
  expect(expected.services.own.logging).toEqual({ driver: 'none' });
});

it('an app that sets all its logging gets no file', async () => {
  await write('compose.yml', `services: {web: {${image}, logging: {driver: local}}}`);
  await writeProjectEnv(dir, project);
  const env = await readFile(path.join(dir, '.env'), 'utf8');
  await bound();
  expect(await readdir(dir)).toEqual(['.env', 'compose.yml']);
  expect(await readFile(path.join(dir, '.env'), 'utf8')).toBe(env);
});

it('means the same in a folder of the release, and from elsewhere', async () => {
  await write('compose.yml', `services: {web: {${image}}}`);
  await write('bin/tool', '');
  await writeProjectEnv(dir, project);
  await bound();
  expect((await configByHand(path.join(dir, 'bin'))).services.web.logging).toEqual(logging);
  const { stdout } = await byHand(['--project-directory', dir, 'config', '--format', 'json'], '/');
  expect(JSON.parse(stdout).services.web.logging).toEqual(logging);
});

it('goes by the driver that containers have which name none', async () => {
  const { stdout } = await run('docker', ['info', '--format', '{{.LoggingDriver}}']);
  expect(await engine.loggingDriver()).toBe(stdout.trim());
});

it('bounds the log of a container, which compose by hand leaves as it is', async () => {
  const runs = `${image}, command: [/bin/sleep, "600"], stop_grace_period: 0s`;
  await write('compose.yml', `services: {web: {${runs}}, own: {${runs}, logging: {driver: local}}}`);
  await writeProjectEnv(dir, project);
  await bound();
  try {
    await compose.up(dir, project);
    const started = await engine.containers({ project });
    expect(started.map(({ service }) => service)).toEqual(['own', 'web']);
    const logConfig = async (service: string) =>
      JSON.parse(
        (
          await run('docker', [
            'inspect',
            '--format',
            '{{json .HostConfig.LogConfig}}',
            `${project}-${service}-1`,
          ])
        ).stdout,
      );
    expect(await logConfig('web')).toEqual({
      Type: 'json-file',
      Config: { 'max-size': '10m', 'max-file': '3' },
    });
    expect(await logConfig('own')).toMatchObject({ Type: 'local' });

    await byHand(['up', '--detach']);
    // A deploy that was cut off does its step again.
    await bound();
    await compose.up(dir, project);
    expect(await engine.containers({ project })).toEqual(started);
    expect((await byHand(['ps', '--format', '{{.Name}}'])).stdout).toContain(`${project}-web-1`);
  } finally {
    await compose.down(dir, project);
  }
});
