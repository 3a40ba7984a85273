import { randomBytes } from 'node:crypto';
import { afterEach, beforeAll, beforeEach, vi } from 'vitest';
import { run } from '../../../src/command.ts';
import { makeEngine } from '../../../src/docker/engine.ts';
import { dockerTools } from './support.ts';

export const engine = makeEngine();
export let project: string;

/** For `docker`: it is of the project. */
export const label = () => ['--label', `com.docker.compose.project=${project}`];

/** Starts a container of the project; its id. */
export async function start(...args: string[]): Promise<string> {
  return (await run('docker', ['run', '--detach', ...label(), ...args])).stdout;
}

/** For a file of tests: a Docker Engine for all, and for each a project of its own, of which nothing stays. */
export function useProject(): void {
  // Containers start and stop in seconds on a busy machine of two cores.
  vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });
  beforeAll(async () => {
    await dockerTools();
  }, 300_000);
  beforeEach(() => {
    project = `coveytest${randomBytes(3).toString('hex')}`;
  });
  afterEach(async () => {
    for (const { id } of await engine.containers({ project }))
      await engine.removeContainer(id, { force: true });
    await engine.removeNetworks(project);
  });
}
