import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, vi } from 'vitest';
import { run } from '../../../src/command.ts';
import { makeGit } from '../../../src/docker/git.ts';

export const git = makeGit({ allowFile: true });
export let folder: string;
export let work: string;
export let bare: string;
export let repo: string;

const env = {
  GIT_AUTHOR_NAME: 'a',
  GIT_AUTHOR_EMAIL: 'a@example.com',
  GIT_COMMITTER_NAME: 'a',
  GIT_COMMITTER_EMAIL: 'a@example.com',
};
export const inWork = async (...args: string[]) =>
  (await run('git', ['-c', 'protocol.file.allow=always', ...args], { cwd: work, env })).stdout;

/** Commits a text and pushes it; the commit. */
export async function commit(text: string): Promise<string> {
  await writeFile(path.join(work, 'file'), text);
  await inWork('add', '.');
  await inWork('commit', '-qm', text);
  await inWork('push', '-q', '--all', 'origin');
  return inWork('rev-parse', 'HEAD');
}

/** For a file of tests: before each a folder `work` that pushes to the repository `bare`, in a folder of its own. */
export function useRepo(): void {
  vi.setConfig({ testTimeout: 60_000 });
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'covey-git-'));
    [work, bare] = [path.join(folder, 'work'), path.join(folder, 'bare.git')];
    await run('git', ['init', '-q', '--bare', '-b', 'master', bare]);
    await run('git', ['init', '-q', '-b', 'master', work]);
    await inWork('remote', 'add', 'origin', bare);
    repo = `file://${bare}`;
  });
  afterEach(() => rm(folder, { recursive: true }));
}
