import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeEach } from 'vitest';
import { RELEASES_PREFIX } from '../../../src/app/keys.ts';
import { type PastRelease, parseReleases } from '../../../src/app/releases.ts';
import type { DeployRequest__Output } from '../../../src/generated/covey/v1/DeployRequest.ts';
import type { Progress } from '../../../src/generated/covey/v1/Progress.ts';
import type { RollbackRequest__Output } from '../../../src/generated/covey/v1/RollbackRequest.ts';
import { deploy } from '../../../src/handlers/deploy.ts';
import { rollback } from '../../../src/handlers/rollback.ts';
import { kv, useConsul } from '../../support/one-consul.ts';
import { store, useStore } from '../../support/one-store.ts';
import { call, cluster, name, REPO } from './rollback-cluster.ts';

export let app: ReturnType<typeof cluster>;

export const redeploy = (head: string, requestId: string) => {
  app.world.head = head;
  const request = {
    repo: REPO,
    branch: 'master',
    master: 'n1',
    slave: 'n2',
    requestId,
  } as DeployRequest__Output;
  return Array.fromAsync(
    deploy(app.deps)({ ...request, update: false, wait: false, planOnly: false, fromReplica: false }, call),
  );
};

export const back = (more: Partial<RollbackRequest__Output> = {}) => {
  const request = {
    app: name,
    to: '',
    codeOnly: false,
    dataOnly: false,
    wait: false,
    planOnly: false,
    from: '',
    requestId: '',
  };
  return Array.fromAsync(rollback(app.deps)({ ...request, ...more }, call));
};

export const warningsOf = (messages: Progress[]) => messages.flatMap(({ plan }) => plan?.warnings ?? []);
const file = (short: string) => path.join(store.volumePath(app.full(short)), 'row');
const write = (short: string, text: string) => writeFile(file(short), text);
export const read = (short: string) => readFile(file(short), 'utf8');
export const releasesOf = async (): Promise<PastRelease[]> =>
  parseReleases('key', (await kv.get(`${RELEASES_PREFIX}${name}`))?.value ?? '');
const commit = async () => JSON.parse((await kv.get(`app/${name}`))?.value ?? '{}').commit;
export const journal = () => kv.get(`covey/journal/${name}`);

/** What visitors meet: commit, image, and data. */
export const met = async () => [await commit(), app.world.running.slice(0, 1), await read('db')];

/** For a file of tests: an app before each that has had the releases of the commits `a` and `b`, each with its data. */
export function useReleases(): void {
  useConsul();
  useStore();
  beforeEach(async () => {
    for (const key of [`app/${name}`, `${RELEASES_PREFIX}${name}`, `covey/journal/${name}`])
      await kv.remove(key);
    app = cluster();
    await redeploy('a', 'first');
    await write('db', 'a');
    await write('old', 'a');
    await redeploy('b', 'second');
    await write('db', 'b');
    await write('new', 'b');
  });
}
