import { CoveyError } from '../errors.ts';

/** What is done on this node, and under which fencing number of the app's lock. */
interface Turn {
  app: string;
  fence: number;
  undoes: boolean;
}

/**
 * Keeps what a node does for one app in order. Whoever has lost the lock, or given a step up, cannot always say so: where the machine
 * of the coordinator dies a step goes on here until the connection is found to be dead, which takes longer than the lock does. To undo it
 * meanwhile would start the old release beside what that step is still starting.
 */
export interface Turns {
  /**
   * Does `work` when nothing runs here any more that is given up with it: what runs for that app under a lower number, and, to undo,
   * under the same one. That is aborted, and waited for. Errors: those of `work`; the reason of `signal` where it ends the waiting.
   */
  take<T>(turn: Turn, signal: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T>;
}

interface Running extends Turn {
  giveUp: AbortController;
  ended: Promise<void>;
}

export function createTurns(): Turns {
  const running = new Set<Running>();

  return {
    take: async (turn, signal, work) => {
      const isGivenUp = ({ app, fence }: Running) =>
        app === turn.app && (fence < turn.fence || (turn.undoes && fence === turn.fence));
      const before = [...running].filter(isGivenUp);
      const giveUp = new AbortController();
      const ended = Promise.withResolvers<void>();
      const own: Running = { ...turn, giveUp, ended: ended.promise };
      running.add(own);
      try {
        for (const each of before) each.giveUp.abort(givenUp(turn.app));
        await until(Promise.all(before.map((each) => each.ended)), signal);
        // Who was waited for may have been waited for by somebody who comes later still.
        giveUp.signal.throwIfAborted();
        return await work(AbortSignal.any([signal, giveUp.signal]));
      } finally {
        running.delete(own);
        ended.resolve();
      }
    },
  };
}

function givenUp(app: string): CoveyError {
  return new CoveyError(
    'cancelled',
    `What this node does for ${app} is given up: it is undone, or somebody else has the lock.`,
    {
      hint: 'Look at the state of the app, then give the command again.',
    },
  );
}

/** Waits, but no longer than the signal. */
async function until(work: Promise<unknown>, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const stop = Promise.withResolvers<never>();
  const onAbort = () => stop.reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    await Promise.race([work, stop.promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
