import { randomUUID } from 'node:crypto';
import { happen } from '../../handlers/happen.ts';
import type { SeeingDeps } from '../../handlers/see.ts';
import type { Logger } from '../../logger.ts';
import type { Occurrence } from '../../occurrences/occurrence.ts';
import { ended, isTold, started } from '../../occurrences/operations.ts';
import { isSender } from '../../occurrences/sender.ts';
import { isWanted } from '../../occurrences/wanted.ts';
import type { Hook } from './hooks.ts';
import type { Message } from './post.ts';
import { createQueue, PATIENCE, type Patience } from './queue.ts';

/** What a coordinator tells of an operation when it begins and when it has ended. */
interface OperationPhase {
  app: string;
  kind: string;
  requestId: string;
  by: string;
  phase: 'started' | 'done' | 'failed' | 'cancelled';
  durationMs?: number;
  error?: Pick<Error, 'message'>;
}

/** Tells the receivers of the settings what happens. */
export interface Webhooks {
  /** Of an operation that this node coordinates. Never waits, and never fails. */
  operation(phase: OperationPhase): void;
  /** Tells what is this node's to tell, until the signal. */
  run(signal: AbortSignal): Promise<void>;
}

export function createWebhooks(
  deps: SeeingDeps & { logger: Logger },
  settings: readonly Hook[],
  patience: Patience = PATIENCE,
): Webhooks {
  const { node, logger } = deps;
  const hooks = settings.map(({ wanted, receiver }) => {
    return { wanted, queue: createQueue(receiver, logger, patience) };
  });
  let sending: Promise<unknown> | undefined;

  function tell(occurrence: Occurrence): void {
    for (const { wanted, queue } of hooks)
      if (isWanted(wanted, occurrence)) queue.push(messageOf(occurrence, node));
  }

  return {
    operation: ({ app, kind, requestId: id, by, phase, durationMs: elapsedMs = 0, error }) => {
      if (!isTold(kind)) return;
      const about = { app, operation: kind, id, by, coordinator: node };
      if (phase === 'started') tell(started(about, Date.now()));
      else tell(ended({ ...about, outcome: phase, elapsedMs, error: error?.message }, Date.now()));
    },
    run: async (signal) => {
      if (hooks.length === 0) return;
      // Also where the rest of this has failed and begins again, they go on.
      sending ??= Promise.all(hooks.map(({ queue }) => queue.run(signal)));
      for await (const { occurrence, seen } of happen(deps, signal))
        if (isSender(seen, occurrence)) tell(occurrence);
      await sending;
    },
  };
}

/** As `covey watch --json` has it, with who tells it, and what tells this message from others. */
function messageOf({ kind, at, app = '', node = '', text, details }: Occurrence, from: string): Message {
  const id = randomUUID();
  return { id, kind, body: JSON.stringify({ id, from, kind, at, app, node, text, details }) };
}
