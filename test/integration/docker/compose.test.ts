import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { run } from '../../../src/command.ts';
import { type Compose, makeCompose } from '../../../src/docker/compose.ts';
import { type Engine, makeEngine } from '../../../src/docker/engine.ts';
import { writeProjectEnv } from '../../../src/docker/env-file.ts';
import { runScript } from '../../../src/docker/script.ts';
import { dockerTools, TINY_IMAGE } from './support.ts';

// Containers start and stop in seconds on a busy machine of two cores.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let compose: Compose;
let dockerConfig: string;
const engine: Engine = makeEngine();
let dir: string;
let project: string;

beforeAll(async () => {
  ({ dockerConfig } = await dockerTools());
  compose = makeCompose({ dockerConfig });
}, 300_000);
beforeEach(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'covey-compose-'));
  project = `coveytest${randomBytes(3).toString('hex')}`;
});
afterEach(() => rm(dir, { recursive: true }));

const write = (name: string, text: string) => writeFile(path.join(dir, name), text);
const service = (more = '') => `services:\n  web:\n    image: ${TINY_IMAGE}\n${more}`;

describe('config', () => {
  it('leaves $CONTAINER alone, in a map and in a list, and other variables as compose has them', async () => {
    await write(
      'docker-compose.yml',
      `services:
  map:
    image: x
    environment:
      CADDYFILE: |
        http://a.example { proxy / http://$CONTAINER:80 }
        http://b.example { redir "http://\${CONTAINER}/" }
      PRICE: 5 $$ or $$$$
      GIVEN: \${GIVEN}
  list:
    image: x
    environment:
      - CADDYFILE=http://c.example { proxy / $CONTAINER }
`,
    );
    await write('.env', 'GIVEN=from .env\n');
    expect(await compose.config(dir, project)).toMatchObject({
      name: project,
      services: {
        map: {
          environment: {
            CADDYFILE:
              'http://a.example { proxy / http://$CONTAINER:80 }\nhttp://b.example { redir "http://$CONTAINER/" }\n',
            PRICE: '5 $ or $$',
            GIVEN: 'from .env',
          },
        },
        list: { environment: { CADDYFILE: 'http://c.example { proxy / $CONTAINER }' } },
      },
    });
  });

  it.each(['docker-compose.yml', 'docker-compose.yaml', 'compose.yml', 'compose.yaml'])(
    'reads %s',
    async (name) => {
      await write(name, service());
      await write(
        name.replace('compose.', 'compose.override.'),
        'services:\n  web:\n    environment: {A: b}\n',
      );
      expect(await compose.config(dir, project)).toMatchObject({
        services: { web: { environment: { A: 'b' } } },
      });
    },
  );

  it('reads the files that .env names', async () => {
    await write('prod.yml', service());
    await write('.env', 'COMPOSE_FILE=prod.yml\n');
    expect(await compose.config(dir, project)).toMatchObject({ services: { web: { image: TINY_IMAGE } } });
  });

  it('refuses what is missing, also with a file in the folder above, and what is not valid', async () => {
    await write('docker-compose.yml', service());
    const below = path.join(dir, 'below');
    await mkdir(below);
    await expect(compose.config(below, project)).rejects.toMatchObject({
      code: 'invalid',
      message: expect.stringContaining(below),
    });
    for (const text of [
      'services: [',
      'services:\n  web:\n    imag: x\n',
      'services:\n  web: {image: x, volumes: [gone:/x]}\n',
    ]) {
      await write('docker-compose.yml', text);
      await expect(compose.config(dir, project)).rejects.toMatchObject({
        code: 'invalid',
        message: expect.stringContaining('docker-compose.yml is not a valid compose file'),
      });
    }
  });
});

describe('pull', () => {
  it('does without a registry where the image is here, and not where it is not', async () => {
    // Nobody listens there.
    const here = `localhost:1/${project}:1`;
    await run('docker', ['tag', TINY_IMAGE, here]);
    const lines: string[] = [];
    const onLine = (line: string) => lines.push(line);
    try {
      await write(
        'docker-compose.yml',
        `services:\n  a: {image: "${here}"}\n  b: {image: "${here}", build: .}\n`,
      );
      await compose.pull(dir, project, { onLine });
      expect(lines).toContain(`${here} cannot be pulled; the one that is here is used`);
      lines.length = 0;
      await compose.pull(dir, project, { onLine, missing: true });
      expect(lines).toEqual([]);
      await write(
        'docker-compose.yml',
        `services:\n  a: {image: "${here}"}\n  c: {image: "localhost:1/none:1"}\n`,
      );
      await expect(compose.pull(dir, project, { onLine })).rejects.toMatchObject({ code: 'failed' });
      await write('docker-compose.yml', 'services:\n  b: {build: .}\n');
      await compose.pull(dir, project);
    } finally {
      await run('docker', ['rmi', here]);
    }
  });
});

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
