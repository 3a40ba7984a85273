import { asCoveyError } from '../errors.ts';

/** What one app brings to a configuration: rendered from its record, or why it could not be. */
export type Part<T> = { value: T } | { error: string };

export interface Settled<T> {
  /** What is live now, by app. */
  live: ReadonlyMap<string, T>;
  /** Why an app's newest part is not live, by app. Its last good part, if it had one, still is. */
  quarantined: Map<string, string>;
}

/** A proxy that takes a whole or refuses it, with CoveyError `invalid`; any other error ends the settling. */
export interface Taker<T> {
  /** Would it take the whole, as far as can be told without making it live? */
  judge(parts: ReadonlyMap<string, T>): Promise<void>;
  /**
   * Makes the whole live; what is refused leaves live what was.
   * @param refused something was refused already. Who is to blame is found out to the end, even if something newer is
   * wanted meanwhile: else what comes often enough would keep the sound parts of all others from ever being live
   */
  apply(parts: ReadonlyMap<string, T>, refused: boolean): Promise<void>;
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
  const first = await refusal(whole, (parts) => taker.apply(parts, false));
  if (first === undefined) return { live: whole, quarantined };

  const base = new Map<string, T>();
  const changed = new Map<string, T>();
  for (const [app, part] of whole) {
    const last = good.get(app);
    if (last !== undefined) base.set(app, last);
    if (last === undefined || !same(last, part)) changed.set(app, part);
  }
  const again = (parts: ReadonlyMap<string, T>) => taker.apply(parts, true);
  const before = quarantined.size;
  const sound = await add(base, changed, taker.judge, quarantined);
  const second = quarantined.size === before ? first : await refusal(sound, again);
  if (second === undefined) return { live: sound, quarantined };
  // Something that only shows when it is live, such as a port that another program has.
  for (const app of quarantined.keys()) changed.delete(app);
  const live = await add(base, changed, again, quarantined, second);
  await again(live);
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

/**
 * `base` with all of the parts that are not refused; the others are quarantined. What is refused is halved, since few are
 * to blame and each attempt costs.
 * @param known why the whole is refused, where that is known
 */
async function add<T>(
  base: ReadonlyMap<string, T>,
  parts: ReadonlyMap<string, T>,
  attempt: Taker<T>['judge'],
  quarantined: Map<string, string>,
  known?: string,
): Promise<ReadonlyMap<string, T>> {
  const [app, ...others] = parts.keys();
  if (app === undefined) return base;
  const whole = new Map([...base, ...parts]);
  const error = known ?? (await refusal(whole, attempt));
  if (error === undefined) return whole;
  if (others.length === 0) {
    quarantined.set(app, error);
    return base;
  }
  const middle = Math.ceil(parts.size / 2);
  const entries = [...parts];
  const first = await add(base, new Map(entries.slice(0, middle)), attempt, quarantined);
  return add(first, new Map(entries.slice(middle)), attempt, quarantined);
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
