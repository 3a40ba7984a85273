import { findIdentity } from '../app/identity.ts';
import { CoveyError } from '../errors.ts';
import type { FenceAction } from '../plan/fence-action.ts';
import { deployUnderLock } from './deploy.ts';
import type { Deps } from './deps.ts';
import { operate } from './operation.ts';
import { findApp, known, loadRecords } from './records.ts';
import { liveMember } from './targets.ts';

/** Who asked, in the history. */
const BY = 'covey: automatic takeover';

/**
 * This node, the app's slave, takes over from its replicas, since the master is lost: a deploy from the replica, of the
 * release that it has in its folder. Before anything of the app starts here the master's lease is taken from it, under the
 * app's lock. There is no slave afterwards. The same `requestId` again is the same takeover.
 * Errors: `locked` while an operation works on the app, `refused` where the master is not lost any more.
 */
export async function takeOverByItself(
  deps: Deps,
  { app, requestId, fence }: { app: string; requestId: string; fence: FenceAction },
  signal: AbortSignal,
): Promise<void> {
  const { node } = deps;
  const logger = deps.logger.child({ app, request: requestId });
  const emit = ({ warning }: { warning?: string }) => {
    if (warning) logger.warn(warning);
  };
  // What is to be undone on the master is not given up: it may be back before its lease is taken, and run on what is half done.
  const about = { app, requestId, kind: 'deploy', by: BY, signal, emit } as const;
  const asked = { ...about, wait: false, looksOnly: false, givesUpMaster: false, takesOver: true };
  await operate(deps, asked, async (operation) => {
    // Only what was read under the lock counts.
    const records = await loadRecords(deps.kv, operation.signal);
    const { record } = findApp(records, app);
    if (record.master !== fence.holder || record.slave !== node || !record.takeover) {
      throw new CoveyError('refused', `${node} is not to take over ${app} from ${fence.holder} any more.`);
    }
    const request = {
      ...{ repo: record.repo_url, branch: record.branch, master: node, slave: '', requestId },
      ...{ update: false, wait: false, planOnly: false, fromReplica: true, sameCommit: false },
    };
    const identity = findIdentity(record.repo_url, record.branch, known(records));
    const master = liveMember('master', node, await deps.members());
    await deployUnderLock(deps, request, { identity, master, operation, fence });
  });
}
