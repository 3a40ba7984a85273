import { lockKey } from '../app/keys.ts';
import type { Lock } from '../consul/lock.ts';
import { describeHolder } from '../consul/lock-holder.ts';
import type { Performer } from '../plan/runner.ts';
import type { Step } from '../plan/steps.ts';
import type { Deps } from './deps.ts';
import type { Emit } from './progress.ts';

/** What is asked for; see `OperationRequest`. */
interface LockRequest {
  app: string;
  source?: string;
  kind: string;
  requestId: string;
  by: string;
  wait: boolean;
  signal: AbortSignal;
  emit: Emit;
}

/** An app's lock, and what does steps under its fencing number. */
interface Held {
  app: string;
  lock: Lock;
  performer: Performer;
}

/** What an operation holds: the lock of its app, and that of the app whose data it takes, if it takes any. */
export interface HeldLocks {
  own: Held;
  source: Held | undefined;
  /** Does each step under the number of the app that it is about. */
  performer: Performer;
  /** Aborted when either is lost; once the source's is given back, that one no longer counts. */
  signal: AbortSignal;
  release(): Promise<void>;
}

/**
 * Takes the locks of an operation, always in the order of the names: two operations that want the same two cannot each
 * have one and wait for the other. Errors: those of `acquire`; then none is held.
 */
export async function takeLocks(deps: Deps, request: LockRequest): Promise<HeldLocks> {
  const { app, source } = request;
  const held = new Map<string, Held>();
  try {
    for (const name of [app, ...(source === undefined ? [] : [source])].sort())
      held.set(name, await take(deps, name, request));
  } catch (thrown) {
    for (const { lock } of held.values()) await lock.release().catch(() => undefined); // its session ends it; the first error says more
    throw thrown;
  }
  const own = held.get(app) as Held;
  const other = source === undefined ? undefined : held.get(source);
  return {
    own,
    source: other,
    performer: fenced(own, other),
    signal: AbortSignal.any([...held.values()].map(({ lock }) => lock.signal)),
    release: async () => {
      await other?.lock.release().catch(() => undefined); // it is free when its session ends
      await own.lock.release();
    },
  };
}

async function take(deps: Deps, app: string, request: LockRequest): Promise<Held> {
  const { kind, requestId, by, emit } = request;
  const lock = await deps.acquire(
    lockKey(app),
    {
      ...{ node: deps.node, operation: kind, requestId, since: new Date().toISOString(), by },
      ...(kind === 'follow' && { givesWay: true }),
    },
    {
      wait: request.wait,
      signal: request.signal,
      onWaiting: (holder) => emit({ warning: `${app} is ${describeHolder(holder)}: waiting.` }),
    },
  );
  return { app, lock, performer: deps.nodes.performer({ app, id: requestId, fence: lock.fence }) };
}

/** A node refuses whoever has lost the lock of the app that a step is about. */
function fenced(own: Held, source: Held | undefined): Performer {
  const of = ({ app }: Step) => (app !== undefined && source?.app === app ? source : own).performer;
  return {
    run: async (step, options) => of(step).run(landingFor(own, step), options),
    undo: async (step, result, options) => of(step).undo(step, result, options),
  };
}

/** What another app sends lands on behalf of this one: who comes next on this app must find nothing that comes later. */
function landingFor({ app, lock }: Held, step: Step): Step {
  if (step.app === undefined || step.action.kind !== 'send') return step;
  return { ...step, action: { ...step.action, landsFor: { app, fence: lock.fence } } };
}
