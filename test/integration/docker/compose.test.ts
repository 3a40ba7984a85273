import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { run } from '../../../src/command.ts';
import { makeEngine } from '../../../src/docker/engine.ts';
import { writeProjectEnv } from '../../../src/docker/env-file.ts';
import { runScript } from '../../../src/docker/script.ts';
import { compose, dir, dockerConfig, project, service, useCompose, write } from './one-compose.ts';
import { TINY_IMAGE } from './support.ts';

useCompose();

const engine = makeEngine();

describe('an application', () => {
  afterEach(async () => {
    await compose.down(dir, project, { removeVolumes: true });
    await run('docker', ['rmi', '--force', `${project}-web`, `${project}_web`], { accept: [0, 1] });
  });

  it('is built, started, kept as it is, stopped and removed, and its volume stays', async () => {
    await write(
      'Dockerfile',
      `FROM ${TINY_IMAGE}\nCOPY greeting /greeting\nCMD ["/bin/sh", "-c", "echo started; exec /bin/sleep 600"]\n`,
    );
    await write('greeting', 'hello\n');
    await write(
      'docker-compose.yml',
      'services:\n  web:\n    build: .\n    stop_grace_period: 0s\n    volumes: [data:/data]\nvolumes:\n  data: {}\n',
    );
    const lines: string[] = [];
    await compose.build(dir, project, { onLine: (line) => lines.push(line), network: 'host' });
    expect(lines.join('\n')).toMatch(/COPY greeting/);
    await compose.build(dir, project);
    await compose.up(dir, project);
    const [first] = await engine.containers({ project });
    expect(first).toMatchObject({
      name: `${project}-web-1`,
      service: 'web',
      state: 'running',
      image: `${project}-web`,
    });
    expect((await engine.exec(first?.id ?? '', ['/bin/cat', '/greeting'])).stdout).toBe('hello\n');

    await compose.up(dir, project);
    expect((await engine.containers({ project }))[0]).toEqual(first);

    await compose.stop(dir, project);
    expect(await engine.containers({ project })).toMatchObject([
      { id: first?.id, state: 'exited', networks: {} },
    ]);

    await compose.down(dir, project);
    expect(await engine.containers({ project })).toEqual([]);
    expect(await engine.volumes({ project })).toEqual([`${project}_data`]);
  });

  it('is started under the names that version 1 of compose gave, of the image that it built', async () => {
    await write('Dockerfile', `FROM ${TINY_IMAGE}\nCMD ["/bin/sleep", "600"]\n`);
    const text = 'services:\n  web:\n    build: .\n    stop_grace_period: 0s\n';
    await write('docker-compose.yml', text);
    await compose.build(dir, project);
    await run('docker', ['tag', `${project}-web`, `${project}_web`]);
    await run('docker', ['rmi', `${project}-web`]);
    await expect(compose.up(dir, project)).rejects.toMatchObject({ code: 'failed' });
    await compose.up(dir, project, { underscores: true });
    expect(await engine.containers({ project })).toMatchObject([
      { name: `${project}_web_1`, state: 'running', image: `${project}_web` },
    ]);
  });

  it('is pulled, built and started in part, without the services that this part needs', async () => {
    await write('Dockerfile', `FROM ${TINY_IMAGE}\nCMD ["/bin/sleep", "600"]\n`);
    await write(
      'docker-compose.yml',
      `services:
  web: {build: ., stop_grace_period: 0s, depends_on: [db]}
  db: {image: "localhost:1/none:1", volumes: ["data:/data"]}
  other: {build: ./none}
volumes:
  data: {}
`,
    );
    const services = ['web'];
    await compose.pull(dir, project, { services });
    await compose.build(dir, project, { services });
    await compose.up(dir, project, { services });
    expect(await engine.containers({ project })).toMatchObject([
      { service: 'web', state: 'running', workingDir: dir },
    ]);
    expect(await engine.volumes({ project })).toEqual([]);
  });

  it('loses the containers of services that are gone', async () => {
    const command = '    command: ["/bin/sleep", "600"]\n    stop_grace_period: 0s\n';
    await write('docker-compose.yml', `${service(command)}  old:\n    image: ${TINY_IMAGE}\n${command}`);
    await compose.up(dir, project);
    await write('docker-compose.yml', service(command));
    await compose.up(dir, project);
    expect((await engine.containers({ project })).map((one) => one.service)).toEqual(['web']);
  });

  it('that cannot be built says why, and a build ends with its caller', async () => {
    await write('docker-compose.yml', 'services:\n  web: {build: .}\n');
    await write('Dockerfile', `FROM ${TINY_IMAGE}\nRUN echo so it goes; exit 7\n`);
    await expect(compose.build(dir, project)).rejects.toMatchObject({
      code: 'failed',
      message: expect.stringContaining('7'),
    });
    await write('Dockerfile', `FROM ${TINY_IMAGE}\nRUN echo begun-${project}; sleep 600\n`);
    const controller = new AbortController();
    const onLine = (line: string) => {
      if (new RegExp(`begun-${project}$`).test(line)) controller.abort();
    };
    await expect(compose.build(dir, project, { signal: controller.signal, onLine })).rejects.toMatchObject({
      code: 'cancelled',
    });
  });
});

describe('a script of the release', () => {
  it('runs in its folder, with docker meaning its project', async () => {
    await writeProjectEnv(dir, project);
    await write('docker-compose.yml', service());
    await write(
      'update.sh',
      'echo "$COMPOSE_PROJECT_NAME $*" > said\ndocker compose config --images >> said\n',
    );
    await runScript({
      folder: dir,
      script: 'update.sh',
      args: ['-r', 'https://x/y', '-b', 'master; rm -rf x'],
      project,
      dockerConfig,
    });
    expect(await readFile(path.join(dir, 'said'), 'utf8')).toBe(
      `${project} -r https://x/y -b master; rm -rf x\n${TINY_IMAGE}\n`,
    );
  });

  it('that fails says how', async () => {
    await write('update.sh', 'echo no database >&2; exit 3\n');
    await expect(runScript({ folder: dir, script: 'update.sh', args: [], project })).rejects.toMatchObject({
      code: 'failed',
      message: 'update.sh exited with 3: no database',
    });
    for (const script of ['../update.sh', '-c', '', '.hidden', '/bin/true']) {
      await expect(runScript({ folder: dir, script, args: [], project })).rejects.toMatchObject({
        code: 'invalid',
      });
    }
  });
});
