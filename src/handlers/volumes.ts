import { CoveyError } from '../errors.ts';
import type { VolumesReply } from '../generated/covey/v1/VolumesReply.ts';
import type { VolumesRequest__Output } from '../generated/covey/v1/VolumesRequest.ts';
import type { Handler } from '../rpc/handler.ts';
import type { Deps } from './deps.ts';
import { observeAll } from './observe.ts';
import { loadRecords } from './records.ts';
import { retentionOfAll } from './retention.ts';
import { volumeRows } from './volume-rows.ts';

/**
 * The replicated volumes of one app or of all: their newest snapshots, how old their replicas are, and, if asked for,
 * what a purge would remove.
 */
export function volumes(deps: Deps): Handler<VolumesRequest__Output, VolumesReply> {
  return async ({ app, retention }, { signal }) => {
    const { readable, unreadable } = await loadRecords(deps.kv, signal);
    const asked = app === '' ? readable : readable.filter(({ name }) => name === app);
    if (app !== '' && asked.length === 0) {
      const broken = unreadable.find(({ name }) => name === app);
      // What is wrong with the app's record.
      if (broken)
        throw new CoveyError('invalid', broken.error, { hint: `Correct the key app/${app} in Consul.` });
      throw new CoveyError('not-found', `There is no app ${app}.`, { hint: 'covey apps lists them.' });
    }
    const [{ nodes }, purges] = await Promise.all([
      observeAll(deps, signal),
      retention ? retentionOfAll(deps, asked, app, signal) : [],
    ]);
    return { volumes: volumeRows(asked, nodes, Date.now()), retention: purges };
  };
}
