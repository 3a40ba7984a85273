import type { Deps } from './deps.ts';
import { type Operation, type OperationRequest, operate } from './operation.ts';

/**
 * An operation that this node does of itself, and no operator asked for: it waits for no other one, nobody is told how far
 * it is, and no master is given up. Errors: `locked` while an operation works on the app; those of `body`.
 */
export function operateByItself(
  deps: Deps,
  { app, kind, requestId, signal }: Pick<OperationRequest, 'app' | 'kind' | 'requestId' | 'signal'>,
  body: (operation: Operation) => Promise<void>,
): Promise<void> {
  const alone = { by: deps.node, wait: false, looksOnly: false, givesUpMaster: false, emit: () => undefined };
  return operate(deps, { app, kind, requestId, signal, ...alone }, body);
}
