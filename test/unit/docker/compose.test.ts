import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { makeCompose } from '../../../src/docker/compose.ts';

/** Compose in a folder with a compose file, by a program `docker` that is this script. */
async function composeBy(script: string) {
  const dir = await mkdtemp(join(tmpdir(), 'covey-compose-'));
  onTestFinished(() => rm(dir, { recursive: true }));
  await writeFile(join(dir, 'compose.yaml'), 'services: {}\n');
  await writeFile(join(dir, 'docker'), `#!/bin/sh\n${script}\n`);
  await chmod(join(dir, 'docker'), 0o755);
  return { dir, compose: makeCompose({ env: { PATH: dir } }) };
}

it.each([
  [
    'no plugin',
    'echo "docker: \'compose\' is not a docker command." >&2; exit 1',
    'unavailable',
    'Docker on this node has no "docker compose"',
  ],
  ['no JSON', 'echo services', 'internal', 'docker compose config printed something that is not JSON'],
  [
    'a complaint',
    'echo "services.web: wrong" >&2; exit 15',
    'invalid',
    'compose.yaml is not a valid compose file: docker compose config (project shop) exited with 15: services.web: wrong',
  ],
])('tells %s', async (_, script, code, message) => {
  const { dir, compose } = await composeBy(script);
  await expect(compose.config(dir, 'shop')).rejects.toMatchObject({ code, message });
});
