import type { OperationDraft } from '../app/history.ts';
import { asCoveyError, type CoveyError } from '../errors.ts';
import type { Logger } from '../logger.ts';

/** What an operation may turn out to be. */
export const OPERATION_KINDS = [
  'deploy',
  'move',
  'takeover',
  'destroy',
  'migrate',
  'rollback',
  'restore',
  'snapshot',
  'clone',
  'recover',
  'leave',
  'follow',
] as const;

type OperationKind = (typeof OPERATION_KINDS)[number];

/** What an operation tells of itself, on the node that coordinates it. */
export interface OperationEvent {
  app: string;
  /**
   * A deploy with `from_replica` is a `takeover`. One that names another master is a `move`, which only the end says: what
   * runs where is not known before. `recover` ends what a coordinator left that has died, `leave` what another node has now, and `follow`
   * brings services that a node has of another one's app to the release that came while it was away.
   */
  kind: OperationKind;
  requestId: string;
  /** Who asked: the name in the certificate, "event ID", or a node. */
  by: string;
  /** `started`: it has the app's lock. Each that has started ends with one of the others. */
  phase: 'started' | 'done' | 'failed' | 'cancelled';
  /** Since it has the lock, in milliseconds; once it has ended. */
  durationMs?: number;
  /** Why it failed or was cancelled. */
  error?: CoveyError;
}

/** Is told what happens: metrics, and whoever else wants to know. */
export interface Observer {
  /** In the order in which it happens. Nobody waits for it. */
  operation(event: OperationEvent): void | Promise<void>;
}

/** Several as one that never fails: what one of them throws is in the log, and touches neither the others nor the operation. */
export function joinObservers(
  observers: readonly Observer[],
  logger: Pick<Logger, 'warn'>,
): { operation(event: OperationEvent): void } {
  const tell = async (observer: Observer, event: OperationEvent) => {
    try {
      await observer.operation(event);
    } catch (thrown) {
      logger.warn(`What was to be told of ${event.app} is not: ${asCoveyError(thrown).message}`);
    }
  };
  return {
    operation: (event) => {
      for (const observer of observers) void tell(observer, event);
    },
  };
}

/** Tells that an operation has begun; what it gives tells how it ended. Who only looks has nothing to tell. */
export function announce(
  observer: ReturnType<typeof joinObservers>,
  request: Pick<OperationEvent, 'app' | 'kind' | 'requestId' | 'by'> & {
    looksOnly: boolean;
    givesUpMaster: boolean;
    takesOver?: boolean;
  },
): (failure: CoveyError | undefined, draft: OperationDraft) => void {
  const { app, kind, requestId, by, looksOnly, givesUpMaster, takesOver } = request;
  if (looksOnly) return () => undefined;
  const asked = (givesUpMaster && kind === 'deploy') || takesOver ? 'takeover' : kind;
  const begun = Date.now();
  const about = { app, requestId, by };
  observer.operation({ ...about, kind: asked, phase: 'started' });
  return (failure, { from, to }) => {
    const isMove = asked === 'deploy' && from && to && from.master !== to.master;
    const durationMs = Date.now() - begun;
    const event = { ...about, kind: isMove ? 'move' : asked, durationMs } as const;
    if (failure === undefined) observer.operation({ ...event, phase: 'done' });
    else {
      const phase = failure.code === 'cancelled' ? 'cancelled' : 'failed';
      observer.operation({ ...event, phase, error: failure });
    }
  };
}
