import { z } from 'zod';
import { HOLD_PREFIX } from './keys.ts';

/**
 * While an app is stopped for its cutover, requests for it wait. This says where, in `covey/hold/<app>`; only the operation at work on
 * the app writes it, under the app's lock. Who is to receive has to be ready before anybody sends, so it goes through states:
 *
 * - `preparing`, of a move alone: `node` lets requests wait that reach it, all others do as ever
 * - `held`: all send requests for the app to `node`, where they wait; `from` passes on what still comes to it
 * - `returning`, where a move is undone: `from` serves again, all others do as when they are held
 * - `open`: `node` serves, also those that wait, by the record that was committed with it; `from` passes on
 * - `returned`: `from` serves as before, also those that wait; `node` passes on
 *
 * What has ended stays for a while, for those that waited and for connections that are kept alive.
 */
const holdSchema = z.looseObject({
  /** Node that is to serve the app. */
  node: z.string(),
  /** Node that served it when the hold began: the same one, where the app does not move. */
  from: z.string(),
  /** Request id of the operation. */
  operation: z.string(),
  state: z.enum(['preparing', 'held', 'returning', 'open', 'returned']),
});

export type Hold = z.output<typeof holdSchema>;

export type HoldState = Hold['state'];

/** Requests go on, by itself or by the record. */
export const hasEnded = ({ state }: Hold): boolean => state === 'open' || state === 'returned';

export const holdKey = (app: string): string => `${HOLD_PREFIX}${app}`;

export const formatHold = (hold: Hold): string => JSON.stringify(hold);

/** Undefined for what can't be read: then nothing is held by it. */
export function parseHold(value: string): Hold | undefined {
  try {
    return holdSchema.parse(JSON.parse(value));
  } catch {
    return undefined; // as it says above
  }
}
