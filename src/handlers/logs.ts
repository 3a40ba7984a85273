import { CoveyError } from '../errors.ts';
import type { LogsEvent } from '../generated/covey/v1/LogsEvent.ts';
import type { LogsRequest__Output } from '../generated/covey/v1/LogsRequest.ts';
import type { StreamHandler } from '../rpc/handler.ts';
import type { Deps } from './deps.ts';
import { LONGEST_TAIL, readBounds } from './log-events.ts';
import { findApp, loadRecords } from './records.ts';
import { assertMasterAlive, liveNames } from './targets.ts';

/** What the containers of an app have written, from its master; followed, also from the one that it moves to. */
export function logs(
  deps: Pick<Deps, 'kv' | 'members' | 'nodes'>,
): StreamHandler<LogsRequest__Output, LogsEvent> {
  return async function* (request, { signal }) {
    readBounds(request);
    let asked = request;
    let before: string | undefined;
    for (;;) {
      const existing = findApp(await loadRecords(deps.kv, signal), request.app);
      const { master } = existing.record;
      if (master === before) {
        throw new CoveyError('unavailable', `${master} does not follow the log of ${request.app} any more.`, {
          hint: 'Ask again: the app may just have been moved.',
        });
      }
      assertMasterAlive(existing, liveNames(await deps.members()));
      yield* deps.nodes.logs(master, asked, signal);
      if (!request.follow) return;
      before = master;
      // All that the app has written there it has written since it moved.
      asked = { ...request, tail: LONGEST_TAIL, since: '' };
    }
  };
}
