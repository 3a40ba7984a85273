import { CoveyError } from '../../errors.ts';
import type { View, ViewedApp } from '../view.ts';
import { type Standing, standingOf } from './standing.ts';

/** A node in an app's cutover. */
export interface Place {
  standing: Standing;
  /** Address of the node to which this one passes on. */
  address?: string;
}

/** Undefined: the app has no cutover, or the node has the same part in it as without one. */
export function placeOf(
  { holds, members }: View,
  app: Extract<ViewedApp, { record: unknown }>,
  node: string,
): Place | undefined {
  const hold = holds?.get(app.name);
  if (hold === undefined) return undefined;
  const { master } = app.record;
  const standing = standingOf(node, { master, index: app.index }, hold);
  const { leadsTo, waits, ports, passesTo } = standing;
  if (passesTo === undefined) return leadsTo === master && !waits && !ports ? undefined : { standing };
  const address = members.find(({ name }) => name === passesTo)?.address;
  if (address === undefined)
    throw new CoveyError('invalid', `${app.name} is passed on to ${passesTo}, of which no address is known.`);
  return { standing, address };
}
