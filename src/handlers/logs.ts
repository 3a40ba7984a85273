import { CoveyError } from '../errors.ts';
import type { LogsEvent } from '../generated/covey/v1/LogsEvent.ts';
import type { LogsRequest__Output } from '../generated/covey/v1/LogsRequest.ts';
import type { StreamHandler } from '../rpc/handler.ts';
import { nodeMeant } from './app-node.ts';
import type { Deps } from './deps.ts';
import { LONGEST_TAIL, readBounds } from './log-events.ts';
import { findApp, loadRecords } from './records.ts';

/**
 * What the containers of an app have written, from its master, or the node that is named. Followed: of the master also from the one
 * that it moves to, of a node that is named as long as it runs any of the app.
 */
export function logs(
  deps: Pick<Deps, 'kv' | 'members' | 'nodes'>,
): StreamHandler<LogsRequest__Output, LogsEvent> {
  return async function* (request, { signal }) {
    readBounds(request);
    let asked = request;
    let before: string | undefined;
    for (;;) {
      const existing = findApp(await loadRecords(deps.kv, signal), request.app);
      const node = nodeMeant(existing, request.node, await deps.members());
      if (node === before) {
        throw new CoveyError('unavailable', `${node} does not follow the log of ${request.app} any more.`, {
          hint: 'Ask again: the app may just have been moved.',
        });
      }
      yield* deps.nodes.logs(node, asked, signal);
      if (!request.follow) return;
      before = node;
      // All that the app has written there it has written since it moved.
      asked = { ...request, tail: LONGEST_TAIL, since: '' };
    }
  };
}
