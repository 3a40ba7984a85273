import { basename } from 'node:path';
import { deployFolder } from '../app/record.ts';
import type { PastRelease } from '../app/releases.ts';
import { asCoveyError } from '../errors.ts';
import type { Existing } from '../plan/deploy-input.ts';
import type { Deps } from './deps.ts';
import { askedInOrder, type Obtain, obtain } from './obtain.ts';
import type { Operation } from './operation.ts';

/**
 * Obtains the commit of an earlier release, or of the present one, on a node: from git as for a deploy, else from a folder that
 * still has it. That may be the present release's, where both are of one commit. Resolves with the commit. Errors: those of git.
 */
export async function obtainPast(about: {
  deps: Pick<Deps, 'node' | 'nodes' | 'deployRoot'>;
  operation: Operation;
  existing: Existing;
  target: Pick<PastRelease, 'record'>;
  /** The node that needs it. */
  master: string;
  live: readonly string[];
  fetch: Obtain['fetch'];
}): Promise<string> {
  const { deps, operation, existing, target, master, live, fetch } = about;
  const { name, record } = existing;
  const { slave } = record;
  const others = askedInOrder(deps.node, existing, slave ?? '', live);
  try {
    return await obtain({ operation, nodes: deps.nodes, master, others, fetch });
  } catch (thrown) {
    const error = asCoveyError(thrown);
    // Git is away, or its branch was replaced.
    if (error.code !== 'unavailable' && error.code !== 'not-found') throw error;
    const past = [target.record, ...(record.commit === fetch.commit ? [record] : [])];
    const folders = past.map((each) => basename(deployFolder(deps.deployRoot, name, each)));
    const holders = [record.master, ...(slave ? [slave] : [])].filter((node) => live.includes(node));
    for (const from of holders) {
      for (const release of folders) {
        const title = `take ${fetch.commit.slice(0, 10)} from ${from}`;
        try {
          await operation.prepare(master, title, { ...fetch, from, release });
        } catch {
          continue; // it was a chance; what git said is what matters
        }
        operation.emit({ warning: `${error.message} The release is taken from a folder on ${from}.` });
        return fetch.commit;
      }
    }
    throw error;
  }
}
