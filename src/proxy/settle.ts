import { asCoveyError } from '../errors.ts';

/** What one app brings to a configuration: rendered from its record, or why it could not be. */
export type Part<T> = { value: T } | { error: string };

export interface Settled<T> {
  /** What is live now, by app. */
  live: Map<string, T>;
  /** Why an app's newest part is not live, by app. Its last good part, if it had one, still is. */
  quarantined: Map<string, string>;
}

/** A proxy that takes a whole or refuses it, with CoveyError `invalid`; any other error ends the settling. */
export interface Taker<T> {
  /** Would it take the whole, as far as can be told without making it live? */
  judge(parts: ReadonlyMap<string, T>): Promise<void>;
  /** Makes the whole live; what is refused leaves live what was. */
  apply(parts: ReadonlyMap<string, T>): Promise<void>;
}

/**
 * Brings all parts into one configuration so that no app can break another. The whole is tried first; where it is
 * refused, each changed part is judged alone on top of what was good, and one that is refused stays out.
 * @param good what was live before, by app
 * @param same whether two parts are the same
 */
export async function settle<T>(
  wanted: ReadonlyMap<string, Part<T>>,
  good: ReadonlyMap<string, T>,
  same: (a: T, b: T) => boolean,
  taker: Taker<T>,
): Promise<Settled<T>> {
  const quarantined = new Map<string, string>();
  const whole = new Map<string, T>();
  for (const [app, part] of wanted) {
    const last = good.get(app);
    if ('value' in part) whole.set(app, part.value);
    else {
      quarantined.set(app, part.error);
      if (last !== undefined) whole.set(app, last);
    }
  }
  if ((await refusal(whole, taker.apply)) === undefined) return { live: whole, quarantined };

  const base = new Map<string, T>();
  const changed = new Map<string, T>();
  for (const [app, part] of whole) {
    const last = good.get(app);
    if (last !== undefined) base.set(app, last);
    if (last === undefined || !same(last, part)) changed.set(app, part);
  }
  const sound = await addEach(base, changed, taker.judge, quarantined);
  if ((await refusal(sound, taker.apply)) === undefined) return { live: sound, quarantined };
  // Something that only shows when it is live, such as a port that another program has.
  for (const app of quarantined.keys()) changed.delete(app);
  const live = await addEach(base, changed, taker.apply, quarantined);
  await taker.apply(live);
  return { live, quarantined };
}

/** Each part as it is wanted, or where it cannot be had as it was last. */
export function orLast<T>(parts: ReadonlyMap<string, Part<T>>, last: ReadonlyMap<string, T>): Map<string, T> {
  const found = new Map<string, T>();
  for (const [app, part] of parts) {
    const value = 'value' in part ? part.value : last.get(app);
    if (value !== undefined) found.set(app, value);
  }
  return found;
}

/** `base` with each of the parts that, one after the other, is not refused; the others are quarantined. */
async function addEach<T>(
  base: ReadonlyMap<string, T>,
  parts: ReadonlyMap<string, T>,
  attempt: Taker<T>['judge'],
  quarantined: Map<string, string>,
): Promise<Map<string, T>> {
  let taken = new Map(base);
  for (const [app, part] of parts) {
    const next = new Map(taken).set(app, part);
    const error = await refusal(next, attempt);
    if (error === undefined) taken = next;
    else quarantined.set(app, error);
  }
  return taken;
}

/** Why the whole was refused; undefined when it was taken. */
async function refusal<T>(
  parts: ReadonlyMap<string, T>,
  attempt: Taker<T>['judge'],
): Promise<string | undefined> {
  try {
    await attempt(parts);
    return undefined;
  } catch (thrown) {
    const error = asCoveyError(thrown);
    if (error.code !== 'invalid') throw error;
    return error.message;
  }
}
