import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeAll, beforeEach, vi } from 'vitest';
import { type Compose, makeCompose } from '../../../src/docker/compose.ts';
import { dockerTools, TINY_IMAGE } from './support.ts';

export let compose: Compose;
export let dockerConfig: string;
/** The project's folder, and its name. */
export let dir: string;
export let project: string;

/** Writes a file of the project's folder. */
export async function write(name: string, text: string): Promise<void> {
  const file = path.join(dir, name);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, text);
}

/** A compose file with the service `web` of the tiny image, and what more it has. */
export const service = (more = '') => `services:\n  web:\n    image: ${TINY_IMAGE}\n${more}`;

/** For a file of tests: compose for all, and a project of its own for each. */
export function useCompose(): void {
  // Containers start and stop in seconds on a busy machine of two cores.
  vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });
  beforeAll(async () => {
    ({ dockerConfig } = await dockerTools());
    compose = makeCompose({ dockerConfig });
  }, 300_000);
  beforeEach(async () => {
    dir = await mkdtemp(path.join(tmpdir(), 'covey-compose-'));
    project = `coveytest${randomBytes(3).toString('hex')}`;
  });
  afterEach(() => rm(dir, { recursive: true }));
}
