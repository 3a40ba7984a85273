import { rm } from 'node:fs/promises';
import path from 'node:path';
import { simpleGit } from 'simple-git';
import { baseEnvironment, run } from '../command.ts';
import { asCoveyError, CoveyError } from '../errors.ts';
import { exists, placeDeployment } from './folder.ts';
import { assertBranch, assertRepo, redactUrl } from './git-names.ts';

/** How git reaches what it is asked for. */
export interface GitSettings {
  /** Folder with `known_hosts` and, if the operator gave one, the private key `id`. */
  sshFolder?: string;
  /** Takes `file://` too, for tests. */
  allowFile?: boolean;
  /** Until `resolve` gives up, milliseconds. */
  resolveTimeoutMs?: number;
  /** How long a web server may send nothing at all until a transfer ends, seconds. */
  silenceSeconds?: number;
  /** Until `checkout` gives up, milliseconds. */
  checkoutTimeoutMs?: number;
  /** Added to git's environment (`https_proxy`, say). */
  env?: Readonly<Record<string, string>>;
}

interface GitOptions {
  signal?: AbortSignal | undefined;
  /** Gets git's progress. Passwords in URLs are replaced. */
  onLine?: ((line: string) => void) | undefined;
}

export interface Git {
  /**
   * The commit that a branch, or else a tag, points to now.
   * Errors: `invalid`, `unavailable` (no way to the repository, or not let in), `not-found` (no such branch).
   */
  resolve(repo: string, branch: string, options?: GitOptions): Promise<string>;
  /**
   * Puts a commit (null: what the branch points to now) into `dir`, submodules included, and gives it. `dir`
   * appears when it is whole; one that is there with this commit is kept as it is, with another it is replaced.
   * Errors: as `resolve`, and `not-found` if the repository no longer has the commit.
   */
  checkout(
    repo: string,
    branch: string,
    commit: string | null,
    dir: string,
    options?: GitOptions,
  ): Promise<string>;
  /** The commit that `dir` is at. Errors: `not-found` if it is no checkout. */
  commitOf(dir: string): Promise<string>;
}

const COMMIT = /^[0-9a-f]{40}([0-9a-f]{24})?$/;

export function makeGit(settings: GitSettings = {}): Git {
  const { sshFolder = '/etc/covey/ssh', allowFile = false, env: extraEnv = {} } = settings;
  // Where a firewall drops packets nothing is refused, only this ends it; each node that is asked costs that much. A list
  // of refs comes within a second or two, the slow handshakes of a distant ssh included.
  const { resolveTimeoutMs = 20_000, checkoutTimeoutMs = 30 * 60_000 } = settings;
  // A server that packs sends a sign of life every 5 s: who says nothing for 30 s has gone.
  const { silenceSeconds = 30 } = settings;

  /**
   * All that goes over the network runs here and not in simple-git, which ends git alone on an abort: git's children
   * (git-remote-https, ssh) then hang on. Here the whole process group ends.
   */
  async function remote(
    args: string[],
    timeoutMs: number,
    { signal, onLine, cwd }: GitOptions & { cwd?: string },
  ) {
    const env = {
      ...extraEnv,
      GIT_TERMINAL_PROMPT: '0',
      GIT_ASKPASS: 'true',
      GIT_SSH_COMMAND: await sshCommand(sshFolder),
      // Bytes a second: less than one is none.
      GIT_HTTP_LOW_SPEED_LIMIT: '1',
      GIT_HTTP_LOW_SPEED_TIME: String(silenceSeconds),
      // Also for submodules, whose URLs the repository itself gives.
      GIT_ALLOW_PROTOCOL: ['https', 'http', 'ssh', 'git', ...(allowFile ? ['file'] : [])].join(':'),
    };
    const place = cwd === undefined ? {} : { cwd };
    return run('git', args, {
      env,
      signal,
      timeoutMs,
      onLine,
      redact: redactUrl,
      label: `git ${args[0]}`,
      ...place,
    });
  }

  async function resolve(repo: string, branch: string, { signal }: GitOptions = {}): Promise<string> {
    assertRepo(repo, { allowFile });
    assertBranch(branch);
    // Asked for in full, so that `refs/remotes/x/refs/heads/master` does not come along.
    const [head, tag, peeled] = [`refs/heads/${branch}`, `refs/tags/${branch}`, `refs/tags/${branch}^{}`];
    const args = ['ls-remote', '--', repo, head, tag, peeled];
    const { stdout } = await remote(args, resolveTimeoutMs, { signal }).catch((error) =>
      unreachable(repo, error),
    );
    const refs = new Map(stdout.split('\n').map((line) => line.split('\t').reverse() as [string, string]));
    const commit = refs.get(head) ?? refs.get(peeled) ?? refs.get(tag);
    if (commit !== undefined && COMMIT.test(commit)) return commit;
    throw new CoveyError('not-found', `${redactUrl(repo)} has no branch or tag ${branch}`, {
      hint: 'Check its name, and that it has been pushed.',
    });
  }

  async function clone(
    repo: string,
    branch: string,
    commit: string,
    dir: string,
    options: GitOptions,
  ): Promise<void> {
    const fetched = (args: string[]) =>
      remote(args, checkoutTimeoutMs, { ...options, cwd: dir }).catch((error) => unreachable(repo, error));
    const attempt = (depth: string[]) =>
      remote(
        ['clone', '--progress', ...depth, '--single-branch', '--branch', branch, '--', repo, dir],
        checkoutTimeoutMs,
        options,
      );
    try {
      await attempt(['--depth', '1']);
    } catch (error) {
      // A web server with plain files for a repository serves whole ones only.
      if (!asCoveyError(error).message.includes('shallow')) return unreachable(repo, error);
      await rm(dir, { recursive: true, force: true });
      await attempt([]).catch((again) => unreachable(repo, again));
    }
    const local = simpleGit({ baseDir: dir }).env(baseEnvironment);
    if ((await commitOf(dir)) !== commit) {
      // The branch went on since, or an older commit is wanted. A clone of the whole has it already.
      const isThere = await local.raw(['cat-file', '-t', commit]).then(
        () => true,
        () => false, // git has no other answer for "no"
      );
      if (!isThere) {
        await fetched(['fetch', '--progress', '--depth', '1', 'origin', commit]).catch((error) => {
          if (!/not our ref|unadvertised object|couldn't find remote ref/.test(asCoveyError(error).message))
            throw error;
          throw new CoveyError(
            'not-found',
            `${redactUrl(repo)} no longer has the commit ${commit} of ${branch}`,
            { hint: 'The branch was replaced there. Deploy again, and it is what the branch has now.' },
          );
        });
      }
      await local.reset(['--hard', commit]);
    }
    if (await exists(path.join(dir, '.gitmodules'))) {
      await fetched(['submodule', 'update', '--init', '--recursive', '--progress']);
    }
  }

  return {
    resolve,
    commitOf,
    async checkout(repo, branch, wanted, dir, options = {}) {
      assertRepo(repo, { allowFile });
      assertBranch(branch);
      if (wanted !== null && !COMMIT.test(wanted))
        throw new CoveyError('invalid', `${JSON.stringify(wanted)} is not a commit: 40 hexadecimal digits`);
      const commit = wanted ?? (await resolve(repo, branch, options));
      if (await exists(path.join(dir, '.git'))) {
        if ((await commitOf(dir)) === commit) return commit;
      }
      await placeDeployment(dir, (staging) => clone(repo, branch, commit, staging, options));
      return commit;
    },
  };
}

async function commitOf(dir: string): Promise<string> {
  // Not with an upward search: a folder below somebody else's checkout is no checkout.
  if (!(await exists(path.join(dir, '.git'))))
    throw new CoveyError('not-found', `${dir} is not a git checkout`);
  try {
    return await simpleGit({ baseDir: dir }).env(baseEnvironment).revparse(['HEAD']);
  } catch (error) {
    throw new CoveyError(
      'failed',
      `Can't tell the commit of ${dir}: ${redactUrl((error as Error).message).trim()}`,
    );
  }
}

/** One text, since git wants one; the folder's name is checked, so that nothing in it means anything to a shell. */
async function sshCommand(folder: string): Promise<string> {
  if (!/^[\w./-]+$/.test(folder))
    throw new CoveyError(
      'invalid',
      `The folder of SSH keys ${folder} has other characters in its name than letters, digits, "_", ".", "/" and "-"`,
    );
  const key = path.join(folder, 'id');
  const options = [
    'BatchMode=yes',
    'StrictHostKeyChecking=yes',
    `UserKnownHostsFile=${path.join(folder, 'known_hosts')}`,
    'ConnectTimeout=10',
    'ServerAliveInterval=15',
    'ServerAliveCountMax=2',
  ];
  const identity = (await exists(key)) ? ['-i', key, '-o', 'IdentitiesOnly=yes'] : [];
  return ['ssh', ...identity, ...options.flatMap((option) => ['-o', option])].join(' ');
}

function unreachable(repo: string, thrown: unknown): never {
  const error = asCoveyError(thrown);
  if (error.code !== 'failed' && error.code !== 'timeout') throw error;
  throw new CoveyError('unavailable', `Cannot read the repository ${redactUrl(repo)}: ${error.message}`, {
    cause: error,
    hint: 'Check the URL, and the SSH key and known_hosts in /etc/covey/ssh of this node',
  });
}
