import type { VolumesReply } from '../generated/covey/v1/VolumesReply.ts';
import type { VolumesRequest__Output } from '../generated/covey/v1/VolumesRequest.ts';
import type { Handler } from '../rpc/handler.ts';
import type { Deps } from './deps.ts';
import { observeAll } from './observe.ts';
import { findApp, loadRecords } from './records.ts';
import { retentionOfAll } from './retention.ts';
import { volumeRows } from './volume-rows.ts';

/**
 * The replicated volumes of one app or of all: their newest snapshots, how old their replicas are, and, if asked for,
 * what a purge would remove.
 */
export function volumes(deps: Deps): Handler<VolumesRequest__Output, VolumesReply> {
  return async ({ app, retention }, { signal }) => {
    const records = await loadRecords(deps.kv, signal);
    const asked = app === '' ? records.readable : [findApp(records, app)];
    const [{ nodes }, purges] = await Promise.all([
      observeAll(deps, signal),
      retention ? retentionOfAll(deps, asked, app, signal) : [],
    ]);
    return { volumes: volumeRows(asked, nodes, Date.now()), retention: purges };
  };
}
