import { asCoveyError } from '../errors.ts';

/** What one app brings to a configuration: rendered from its record, or why it could not be. */
export type Part<T> = { value: T } | { error: string };

export interface Settled<T> {
  /** What is live now, by app. */
  live: Map<string, T>;
  /** Why an app's newest part is not live, by app. Its last good part, if it had one, still is. */
  quarantined: Map<string, string>;
}

/**
 * Brings all parts into one configuration so that no app can break another. The whole is tried first; where it is
 * refused, each changed part is tried alone on top of what was good, and one that is refused stays out.
 * @param good what was live before, by app
 * @param same whether two parts are the same
 * @param attempt tries a whole; throws CoveyError `invalid` when it is refused, and anything else ends the settling
 */
export async function settle<T>(
  wanted: ReadonlyMap<string, Part<T>>,
  good: ReadonlyMap<string, T>,
  same: (a: T, b: T) => boolean,
  attempt: (parts: ReadonlyMap<string, T>) => Promise<void>,
): Promise<Settled<T>> {
  const quarantined = new Map<string, string>();
  const whole = new Map<string, T>();
  for (const [app, part] of wanted) {
    if ('value' in part) whole.set(app, part.value);
    else quarantined.set(app, part.error);
    const last = good.get(app);
    if ('error' in part && last !== undefined) whole.set(app, last);
  }
  if ((await refusal(whole, attempt)) === undefined) return { live: whole, quarantined };

  const live = new Map<string, T>();
  for (const app of whole.keys()) {
    const last = good.get(app);
    if (last !== undefined) live.set(app, last);
  }
  for (const [app, part] of whole) {
    const last = live.get(app);
    if (last !== undefined && same(last, part)) continue;
    const error = await refusal(new Map(live).set(app, part), attempt);
    if (error === undefined) live.set(app, part);
    else quarantined.set(app, error);
  }
  await attempt(live);
  return { live, quarantined };
}

/** Why the whole was refused; undefined when it was taken. */
async function refusal<T>(
  parts: ReadonlyMap<string, T>,
  attempt: (parts: ReadonlyMap<string, T>) => Promise<void>,
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
