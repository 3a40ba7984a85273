import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { identify } from '../../../src/app/identity.ts';
import { deployFolder } from '../../../src/app/record.ts';
import { run } from '../../../src/command.ts';
import type { KvEntry } from '../../../src/consul/kv.ts';
import { makeGit } from '../../../src/docker/git.ts';
import { CoveyError } from '../../../src/errors.ts';
import type { DeployRequest__Output } from '../../../src/generated/covey/v1/DeployRequest.ts';
import type { Progress } from '../../../src/generated/covey/v1/Progress.ts';
import { deploy } from '../../../src/handlers/deploy.ts';
import type { Deps } from '../../../src/handlers/deps.ts';
import { createLogger } from '../../../src/logger.ts';
import type { ActionDeps } from '../../../src/plan/actions/action.ts';
import { createActions } from '../../../src/plan/actions/table.ts';
import type { Performer } from '../../../src/plan/runner.ts';

/** What operators give; on nodes that are allowed to, git reads it from this machine's disk. */
const REPO = 'https://git.example.com/hosting/shop';
const { name } = identify(REPO, 'master');
const call = { signal: new AbortController().signal, caller: { name: 'alice', role: 'operator' } } as const;

let folder: string;
let work: string;
/** The commit that runs on n1, and the one that the branch has by now. */
let runs: string;
let newest: string;

const git = async (...args: string[]) => {
  const identity = ['-c', 'user.name=a', '-c', 'user.email=a@example.com'];
  return (await run('git', [...identity, ...args], { cwd: work })).stdout.trim();
};
const publish = async (text: string) => {
  await writeFile(path.join(work, 'release'), text);
  await git('add', '.');
  await git('commit', '-qm', text);
  return git('rev-parse', 'HEAD');
};
/** The deploy root of a node. */
const rootOf = (node: string) => path.join(folder, node);

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'covey-same-commit-'));
  work = path.join(folder, 'work');
  for (const node of ['n1', 'n2']) await mkdir(rootOf(node));
  await run('git', ['init', '-q', '-b', 'master', work]);
  runs = await publish('one');
  const dir = deployFolder(rootOf('n1'), name, { deploy_id: 'id-1', deploy_date: '' });
  await makeGit({ allowFile: true }).checkout(`file://${work}`, 'master', null, dir);
  newest = await publish('two');
});
afterEach(() => rm(folder, { recursive: true }));

/** The app on n1, and n2 to which it may go; each with git and a deploy root of its own. What Docker does is made up. */
function cluster({ isKnown = true, isNew = false, away = false } = {}) {
  const record = {
    repo_url: REPO,
    branch: 'master',
    master: 'n1',
    deploy_id: 'id-1',
    ...(isKnown && { commit: runs }),
  };
  const entry = { key: `app/${name}`, value: JSON.stringify(record), modifyIndex: 7, createIndex: 1 };
  /** What the release that was fetched says of itself, by the node. */
  const read: string[] = [];
  const actionsOf = (node: string) => {
    const real = makeGit({ allowFile: true });
    return createActions({
      git: {
        ...real,
        checkout: async (_: string, branch: string, wanted: string | null, dir: string) => {
          if (away) throw new CoveyError('unavailable', 'no way to git');
          return real.checkout(`file://${work}`, branch, wanted, dir);
        },
      },
      takeRelease: async (from: string, about: { folder: string }, dir: string) =>
        cp(path.join(rootOf(from), about.folder), dir, { recursive: true }),
      compose: {
        config: async (dir: string) => {
          read.push(`${node}: ${await readFile(path.join(dir, 'release'), 'utf8')}`);
          return { services: { web: {} } };
        },
      },
      engine: { containers: async () => [], volumes: async () => [] },
      store: { list: async () => [], provisional: async () => [] },
      cutover: { hold: 0 },
      deployRoot: rootOf(node),
      driver: 'ours',
    } as unknown as ActionDeps);
  };
  const options = { ...call, report: () => undefined, mandate: { app: name, fence: 1, operation: 'o' } };
  /** Each node has its own root; here they lie side by side. */
  const there = <T extends object>(node: string, action: T): T =>
    'folder' in action
      ? { ...action, folder: path.join(rootOf(node), path.basename(String(action.folder))) }
      : action;
  const performer: Performer = {
    run: async ({ node, action }) => actionsOf(node).run(there(node, action), options),
    undo: async ({ node, action }, result) => actionsOf(node).undo(there(node, action), result, options),
  };
  const deps = {
    node: 'n1',
    logger: createLogger({ level: 'silent' }),
    kv: {
      list: async (prefix: string) => (prefix === 'app/' && !isNew ? [entry as KvEntry] : []),
      get: async () => undefined,
      transaction: async () => ({ ok: true, indexes: new Map() }),
    },
    acquire: async () => ({ ...call, fence: 1, guard: {}, release: async () => undefined }),
    members: async () => ['n1', 'n2'].map((node) => ({ name: node, address: '10.0.0.1', state: 'alive' })),
    nodes: { performer: () => performer, version: async () => '1' },
    deployRoot: '/deploy',
    bounds: { undo: 10_000, observe: 1_000, acknowledge: 1_000 },
  } as unknown as Deps;
  return {
    read,
    /** The plan of a move to n2, with n1 as its slave, and what was said before. */
    move: async (sameCommit: boolean) => {
      const request = { repo: REPO, branch: 'master', master: 'n2', slave: 'n1', requestId: '', sameCommit };
      const how = { update: false, wait: false, planOnly: true, fromReplica: false };
      const messages: Progress[] = [];
      for await (const each of deploy(deps)({ ...request, ...how } as DeployRequest__Output, call))
        messages.push(each);
      return {
        titles: messages.flatMap(({ plan }) => plan?.steps?.map(({ title }) => title) ?? []),
        warnings: messages.flatMap(({ warning }) => warning || []),
      };
    },
  };
}

const fetches = (commit: string) => `fetch ${commit.slice(0, 10)} from n2`;

it('a move takes the newest commit of the branch, or the one that runs', async () => {
  const one = cluster();
  expect((await one.move(false)).titles).toContain(fetches(newest));
  expect(one.read).toEqual(['n2: two']);
  const other = cluster();
  expect((await other.move(true)).titles).toContain(fetches(runs));
  expect(other.read).toEqual(['n2: one']);
});

it('the commit that runs comes from the old master where git is away, or no longer has it', async () => {
  const away = cluster({ away: true });
  const { titles, warnings } = await away.move(true);
  expect(titles).toContain(fetches(runs));
  expect(away.read).toEqual(['n2: one']);
  expect(warnings).toContainEqual(
    expect.stringMatching(/no way to git.* The release is taken from a folder on n1\.$/s),
  );
  await git('checkout', '-q', '--orphan', 'other');
  await publish('three');
  await git('branch', '-M', 'master');
  await git('reflog', 'expire', '--expire=now', '--all');
  await git('gc', '-q', '--prune=now');
  const gone = cluster();
  expect((await gone.move(true)).titles).toContain(fetches(runs));
  expect(gone.read).toEqual(['n2: one']);
});

it('is refused where nobody knows which commit runs', async () => {
  await expect(cluster({ isKnown: false }).move(true)).rejects.toMatchObject({
    code: 'refused',
    message: `The record of ${name} does not say which commit runs.`,
  });
  await expect(cluster({ isNew: true }).move(true)).rejects.toMatchObject({
    code: 'not-found',
    message: `There is no app ${name}, so there is no commit to keep.`,
  });
});
