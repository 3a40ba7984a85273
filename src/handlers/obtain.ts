import { basename } from 'node:path';
import { asCoveyError, CoveyError } from '../errors.ts';
import type { Existing } from '../plan/deploy-input.ts';
import { fetchResult } from '../plan/results.ts';
import type { Action } from '../plan/steps.ts';
import type { Nodes } from './deps.ts';
import type { Operation } from './operation.ts';

type Fetch = Extract<Action, { kind: 'fetch' }>;

export interface Obtain {
  operation: Pick<Operation, 'prepare' | 'forget' | 'emit' | 'signal'>;
  nodes: Pick<Nodes, 'version'>;
  /** The node that needs the release. */
  master: string;
  /** The other live nodes, in the order in which they are asked; doubles and the master are passed over. */
  others: readonly string[];
  /** From git, of the branch's newest commit. */
  fetch: Fetch;
  /** What the master has already, for a takeover, which must not depend on git: the release that ran, and its folder. */
  fallback?: { commit: string; folder: string } | undefined;
}

/** A node that does not reach the repository, and why. */
interface Refusal {
  node: string;
  error: CoveyError;
}

/**
 * Obtains the release on its master: from git, or where that is out of the master's reach from the first other node that
 * reaches it. That one keeps nothing. Resolves with the commit.
 * Errors: those of a fetch; `unavailable` with every node and its reason if none reaches the repository.
 */
export async function obtain(input: Obtain): Promise<string> {
  const { operation, nodes, master, fetch } = input;
  const refusals: Refusal[] = [];
  const title = `fetch ${fetch.branch}`;
  const fromGit = async (node: string) => {
    try {
      return fetchResult.parse(await operation.prepare(node, title, fetch)).commit;
    } catch (thrown) {
      const error = asCoveyError(thrown);
      // Anything else is the same from everywhere: no such branch, say.
      if (error.code !== 'unavailable') throw error;
      refusals.push({ node, error });
      return undefined;
    }
  };

  const own = await fromGit(master);
  if (own !== undefined) return own;
  // If it is the master's peer that does not answer, nobody can help it.
  await nodes.version(master, operation.signal);
  for (const node of new Set(input.others)) {
    if (node === master) continue;
    try {
      const commit = await fromGit(node);
      if (commit === undefined) continue;
      operation.emit({
        warning: `${master} does not reach the repository: takes the release from ${node}.`,
      });
      const taking = { ...fetch, commit, from: node };
      await operation.prepare(master, `fetch ${commit.slice(0, 10)} from ${node}`, taking);
      return commit;
    } finally {
      // Also where it failed: a fetch that was cut off from us may have ended well there.
      await operation.forget(node, title, fetch);
    }
  }
  if (!input.fallback) throw unreached(refusals);
  operation.emit({ warning: `No live node reaches the repository: ${master} runs the release that it has.` });
  return takeOwn(input, input.fallback);
}

/** Takes the release from another folder of the master's own. Resolves with the commit. Errors: it is not there, or another one. */
export async function takeOwn(
  { operation, master, fetch }: Pick<Obtain, 'operation' | 'master' | 'fetch'>,
  { commit, folder }: NonNullable<Obtain['fallback']>,
): Promise<string> {
  const taking = { ...fetch, commit, from: master, release: basename(folder) };
  await operation.prepare(master, `take ${commit.slice(0, 10)} as it is here`, taking);
  return commit;
}

/** Live nodes, those first that are most likely to reach the repository: whoever was asked, and who had it before. */
export function askedInOrder(
  coordinator: string,
  existing: Existing | undefined,
  slave: string,
  live: readonly string[],
): string[] {
  const first = [coordinator, existing?.record.master ?? '', slave].filter((node) => live.includes(node));
  return [...new Set([...first, ...live])];
}

/** One error of all; what several nodes say in the same words stands there once. */
function unreached(refusals: readonly Refusal[]): CoveyError {
  const [first] = refusals;
  if (first && refusals.length === 1) return first.error;
  const nodesBy = Map.groupBy(refusals, ({ error }) => error.message);
  const reasons = [...nodesBy].map(
    ([message, all]) => `${all.map(({ node }) => node).join(', ')}: ${message}`,
  );
  return new CoveyError('unavailable', `No live node reaches the repository. ${reasons.join('\n')}`, {
    cause: first?.error,
    ...(first?.error.hint === undefined ? {} : { hint: first.error.hint }),
  });
}
