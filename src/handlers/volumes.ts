import type { VolumesReply } from '../generated/covey/v1/VolumesReply.ts';
import type { VolumesRequest__Output } from '../generated/covey/v1/VolumesRequest.ts';
import type { Handler } from '../rpc/handler.ts';
import type { Deps } from './deps.ts';
import { findApp, recordsOf } from './records.ts';
import { retentionOfAll } from './retention.ts';
import { volumeRows } from './volume-rows.ts';

/**
 * The replicated volumes of one app or of all: their newest snapshots, how old their replicas are, and, if asked for,
 * what a purge would remove.
 */
export function volumes(deps: Deps): Handler<VolumesRequest__Output, VolumesReply> {
  return async ({ app, retention }, { signal }) => {
    const records = recordsOf(deps.memory.view().apps);
    const asked = app === '' ? records.readable : [findApp(records, app)];
    return {
      volumes: volumeRows(asked, deps.memory.nodes(), Date.now()),
      retention: retention ? await retentionOfAll(deps, asked, app, signal) : [],
    };
  };
}
