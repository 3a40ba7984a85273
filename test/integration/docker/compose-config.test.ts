import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { run } from '../../../src/command.ts';
import { compose, dir, project, service, useCompose, write } from './one-compose.ts';
import { TINY_IMAGE } from './support.ts';

useCompose();

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
