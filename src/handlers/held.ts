import { formatHold, type Hold, type HoldState, hasEnded, holdKey, parseHold } from '../app/hold.ts';
import type { Lock } from '../consul/lock.ts';
import type { KvOp } from '../consul/transaction.ts';
import { CoveyError } from '../errors.ts';
import { lost } from '../plan/journal.ts';
import type { Deps } from './deps.ts';
import { type Unserved, unserved } from './serving.ts';
import { liveNames } from './targets.ts';

/** One operation's hold of the requests for its app. */
export interface Held {
  /**
   * Lets requests wait on `node` instead of on `from`, and resolves once these two do as they should; another node that goes on
   * sending to `from` is a warning. Where one of the two cannot serve the app's present record either, nothing is held: that is what an operation may mend.
   * Errors: `unavailable` where it did and now does not; `conflict` when the lock is lost; those of Kv.
   */
  begin(ends: Ends, generation: number, signal: AbortSignal): Promise<void>;
  /** For how long requests have waited, in milliseconds; undefined: they do not wait. */
  waited(): number | undefined;
  /**
   * For the transaction that commits: lets them go on, to the node of the record that it writes (`open`), or to where they came from.
   * Where none wait, what an earlier hold says of nodes is over with a new record.
   */
  endOps(to: 'open' | 'returned'): KvOp[];
  /** Lets requests go on to where they came from, whatever `begin` of this operation has done. Errors: `conflict`, and those of Kv. */
  giveBack(signal: AbortSignal): Promise<void>;
}

/** Where an app is to be served, and where it is served now: the same node where it does not move. */
type Ends = Pick<Hold, 'node' | 'from'>;

export function newHeld(
  deps: Deps,
  about: { app: string; lock: Lock; requestId: string; warn: (warning: string) => void },
): Held {
  const { app, lock, requestId: operation, warn } = about;
  const key = holdKey(app);
  let held: (Ends & { since: number }) | undefined;

  /** Gives the index of what was written. */
  const write = async (ends: Ends, state: HoldState, signal: AbortSignal): Promise<number> => {
    const value = formatHold({ node: ends.node, from: ends.from, operation, state });
    const written = await deps.kv.transaction([lock.guard, { op: 'set', key, value }], signal);
    if (!written.ok) throw lost(app);
    return written.indexes.get(key) ?? 0;
  };

  /** The nodes that have to serve it get the time that an acknowledgement has, all others less: somebody waits. */
  const ask = async (
    generation: number,
    nodes: readonly string[],
    due: readonly string[],
    signal: AbortSignal,
  ) => {
    const { acknowledge, hold } = deps.bounds;
    const missing = await unserved(deps, { app, generation, nodes }, (node) =>
      AbortSignal.any([signal, AbortSignal.timeout(due.includes(node) ? acknowledge : hold)]),
    );
    signal.throwIfAborted();
    return missing;
  };

  return {
    begin: async ({ node, from }, generation, signal) => {
      const ends = [...new Set([from, node])];
      const before = (await ask(generation, ends, [], signal)).filter(({ isSilent }) => !isSilent);
      if (before.length > 0) return warn(`Requests are not held: ${text(before)}.`);
      const due = async (state: HoldState, nodes: readonly string[], others: readonly string[] = []) => {
        const index = await write({ node, from }, state, signal);
        const missing = await ask(index, [...nodes, ...others], nodes, signal);
        const needed = missing.filter((each) => nodes.includes(each.node));
        if (needed.length > 0) throw notHeld(app, needed);
        for (const each of missing)
          warn(`${text([each])}. What reaches it goes to ${from}, which passes it on.`);
      };
      // Who is to receive has to be ready before anybody sends; and who is to pass on, before anybody waits.
      if (node !== from) await due('preparing', ends);
      const since = performance.now();
      // Where the app stays nothing changes on the others, and to ask a silent one would only keep visitors waiting.
      const turning = node === from ? [] : liveNames(await deps.members());
      await due(
        'held',
        ends,
        turning.filter((each) => !ends.includes(each)),
      );
      held = { node, from, since };
    },
    waited: () => held && performance.now() - held.since,
    endOps: (state) => {
      if (held) {
        const { node, from } = held;
        return [{ op: 'set', key, value: formatHold({ node, from, operation, state }) }];
      }
      return state === 'open' ? [{ op: 'delete', key }] : [];
    },
    giveBack: async (signal) => {
      const found = await deps.kv.get(key, { signal, consistent: true });
      const hold = found && parseHold(found.value);
      if (hold?.operation !== operation || hasEnded(hold)) return;
      const { node, from, state } = hold;
      // Nobody but a node that is to receive does anything about one that is prepared.
      const hasTurned = node !== from && state !== 'preparing';
      for (const next of hasTurned ? (['returning', 'returned'] as const) : (['returned'] as const)) {
        const index = await write(hold, next, signal);
        // Those who wait must get an answer, whatever it is: a node that is silent is not waited for longer.
        await ask(index, [from], [], signal);
      }
    },
  };
}

function text(missing: readonly Unserved[]): string {
  return missing.map(({ node, why }) => `${node} ${why}`).join('; ');
}

function notHeld(app: string, missing: readonly Unserved[]): CoveyError {
  return new CoveyError('unavailable', `The requests for ${app} cannot wait: ${text(missing)}.`, {
    hint: 'See that HAProxy and Caddy run there (covey doctor), then give the command again.',
  });
}
