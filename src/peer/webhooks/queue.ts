import { setTimeout as pause } from 'node:timers/promises';
import { asCoveyError } from '../../errors.ts';
import type { Logger } from '../../logger.ts';
import { type Message, nameOf, post, type Receiver } from './post.ts';

/** Bounds of what is done for one message. Times are in milliseconds. */
export interface Patience {
  /** Longest time that the receiver may take. */
  timeout: number;
  /** How often it is sent at most. */
  tries: number;
  /** From the first failure to the second try; twice as long each time. */
  pause: number;
  /** What is older than that, and was tried, is given up. */
  age: number;
  /** Most messages that wait. */
  most: number;
}

export const PATIENCE: Patience = { timeout: 5_000, tries: 8, pause: 1_000, age: 600_000, most: 1_000 };

/** What goes to one receiver, one message after the other, in their order. */
export interface Queue {
  /** Never waits, and never fails. */
  push(message: Message): void;
  /** Sends what comes, until the signal. */
  run(signal: AbortSignal): Promise<void>;
}

export function createQueue(receiver: Receiver, logger: Logger, patience: Patience = PATIENCE): Queue {
  const waiting: { message: Message; since: number }[] = [];
  let woken = Promise.withResolvers<void>();
  /** Messages given up since the last one that was taken. */
  let lost = 0;
  let isFailing = false;
  const webhook = nameOf(receiver);

  /** What goes on is said once, and how much of it there was when it ends. */
  function failed(thrown: unknown): void {
    const { message, hint } = asCoveyError(thrown);
    if (!isFailing) logger.warn({ webhook, hint }, message);
    isFailing = true;
  }

  function worked(): void {
    if (isFailing)
      logger.info({ webhook, lost }, `The webhook ${webhook} takes messages again; ${lost} were given up`);
    isFailing = false;
    lost = 0;
  }

  async function deliver(
    { message, since }: { message: Message; since: number },
    signal: AbortSignal,
  ): Promise<void> {
    const until = since + patience.age;
    for (let tried = 1; ; tried++) {
      try {
        await post(receiver, message, AbortSignal.any([signal, AbortSignal.timeout(patience.timeout)]));
        return worked();
      } catch (thrown) {
        if (signal.aborted) return;
        failed(thrown);
        const wait = patience.pause * 2 ** (tried - 1);
        const isOver = tried >= patience.tries || Date.now() + wait > until;
        if (isOver || asCoveyError(thrown).code === 'refused') {
          lost += 1;
          return;
        }
        await pause(wait, undefined, { signal }).catch(() => undefined); // an abort ends the loop above
      }
    }
  }

  return {
    push: (message) => {
      waiting.push({ message, since: Date.now() });
      if (waiting.length > patience.most) {
        waiting.shift();
        lost += 1;
      }
      woken.resolve();
    },
    run: async (signal) => {
      signal.addEventListener('abort', () => woken.resolve(), { once: true });
      while (!signal.aborted) {
        const next = waiting.shift();
        if (next) await deliver(next, signal);
        else {
          await woken.promise;
          woken = Promise.withResolvers();
        }
      }
      const left = waiting.length + lost;
      if (left > 0)
        logger.warn({ webhook, lost: left }, `${left} messages did not go to the webhook ${webhook}`);
    },
  };
}
