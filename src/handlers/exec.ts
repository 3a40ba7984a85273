import type { ExecInput, ExecInput__Output } from '../generated/covey/v1/ExecInput.ts';
import type { ExecOutput } from '../generated/covey/v1/ExecOutput.ts';
import type { DuplexHandler } from '../rpc/handler.ts';
import type { Deps } from './deps.ts';
import { readStart } from './exec-start.ts';
import { findApp, loadRecords } from './records.ts';
import { assertMasterAlive, liveNames } from './targets.ts';

/** Runs a command in a container of an app, on the app's master. */
export function exec(
  deps: Pick<Deps, 'kv' | 'members' | 'nodes' | 'logger'>,
): DuplexHandler<ExecInput__Output, ExecOutput> {
  return async function* (inputs, { signal, caller }) {
    const { start, first, rest } = await readStart(inputs);
    const { app, service, container, argv } = start;
    const existing = findApp(await loadRecords(deps.kv, signal), app);
    assertMasterAlive(existing, liveNames(await deps.members()));
    const { master } = existing.record;
    deps.logger.info(
      { app, service, container, argv, caller: caller.name, master },
      'Has a command run in an app',
    );
    yield* deps.nodes.exec(master, joined(first, rest), signal);
  };
}

async function* joined(first: ExecInput, rest: AsyncIterable<ExecInput>): AsyncGenerator<ExecInput, void> {
  yield first;
  yield* rest;
}
