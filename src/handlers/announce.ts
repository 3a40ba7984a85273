import type { OperationDraft } from '../app/past-operations.ts';
import type { CoveyError } from '../errors.ts';
import type { joinObservers, OperationEvent } from './observer.ts';

/** Tells that an operation has begun; what it gives tells how it ended. Who only looks has nothing to tell. */
export function announce(
  observer: ReturnType<typeof joinObservers>,
  request: Omit<OperationEvent, 'phase'> & { looksOnly: boolean; givesUpMaster: boolean },
): (failure: CoveyError | undefined, draft: OperationDraft) => void {
  const { app, kind, requestId, by, looksOnly, givesUpMaster } = request;
  if (looksOnly) return () => undefined;
  const asked = givesUpMaster ? 'takeover' : kind;
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
