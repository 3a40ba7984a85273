import type { ExecInput, ExecInput__Output } from '../generated/covey/v1/ExecInput.ts';
import type { ExecOutput } from '../generated/covey/v1/ExecOutput.ts';
import type { DuplexHandler } from '../rpc/handler.ts';
import { nodeMeant } from './app-node.ts';
import type { Deps } from './deps.ts';
import { readStart } from './exec-start.ts';
import { findApp, loadRecords } from './records.ts';

/** Runs a command in a container of an app, on the app's master or the node that is named. */
export function exec(
  deps: Pick<Deps, 'kv' | 'members' | 'nodes' | 'logger'>,
): DuplexHandler<ExecInput__Output, ExecOutput> {
  return async function* (inputs, { signal, caller }) {
    const { start, first, rest } = await readStart(inputs);
    const { app, service, container, argv } = start;
    const existing = findApp(await loadRecords(deps.kv, signal), app);
    const on = nodeMeant(existing, start.node, await deps.members());
    deps.logger.info(
      { app, service, container, argv, caller: caller.name, on },
      'Has a command run in an app',
    );
    yield* deps.nodes.exec(on, joined(first, rest), signal);
  };
}

async function* joined(first: ExecInput, rest: AsyncIterable<ExecInput>): AsyncGenerator<ExecInput, void> {
  yield first;
  yield* rest;
}
