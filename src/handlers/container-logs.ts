import type { Container } from '../docker/containers.ts';
import type { LogLine } from '../docker/log-lines.ts';
import type { LogsEvent } from '../generated/covey/v1/LogsEvent.ts';
import type { LogsRequest__Output } from '../generated/covey/v1/LogsRequest.ts';
import type { StreamHandler } from '../rpc/handler.ts';
import { containersOf } from './app-containers.ts';
import { type FollowDeps, followLogs } from './follow-logs.ts';
import { eventOf, readBounds } from './log-events.ts';
import { inOrder } from './merge.ts';

/** What the containers of an app on this node have written. */
export function containerLogs(deps: FollowDeps): StreamHandler<LogsRequest__Output, LogsEvent> {
  return async function* (request, { signal }) {
    const bounds = readBounds(request);
    const found = await containersOf(deps, request, signal);
    if (request.follow) {
      yield* followLogs(deps, request, bounds, signal);
      return;
    }
    const sources = found.map((container) => {
      const options = { ...bounds, follow: false, name: container.name, signal };
      return labelled(container, deps.engine.logLines(container.id, options));
    });
    yield* inOrder(sources, ({ time }) => time);
  };
}

async function* labelled(
  container: Container,
  lines: AsyncIterable<LogLine>,
): AsyncGenerator<LogsEvent & { time: string }, void> {
  for await (const line of lines) yield eventOf(container, line);
}
