import { CoveyError } from '../errors.ts';
import {
  assertSnapshotName,
  newestOf,
  parseSnapshotName,
  type SnapshotName,
} from '../volumes/snapshot-name.ts';

/** A volume, and the snapshot that it is put back to. */
export interface Choice {
  volume: string;
  snapshot: SnapshotName;
}

/** What the app's master holds: names of whole snapshots, and of those that were half received. */
export interface Held {
  node: string;
  snapshots: readonly string[];
  unfinished: readonly string[];
}

/**
 * The newest plain snapshot of each volume, of `at` (microseconds since the epoch) or before where it is given.
 * @throws CoveyError `not-found` naming every volume that has none
 */
export function newestOfEach(volumes: readonly string[], held: Held, at: number | null): Choice[] {
  const names = held.snapshots.flatMap((name) => parseSnapshotName(name) ?? []);
  const choices = volumes.map((volume) => ({
    volume,
    snapshot: newestOf(
      names.filter((name) => name.volume === volume && (at === null || (name.at !== null && name.at <= at))),
    ),
  }));
  const without = choices.flatMap(({ volume, snapshot }) => (snapshot === null ? [volume] : []));
  if (without.length > 0) {
    const then = at === null ? '' : ` of ${new Date(at / 1000).toISOString()} or before`;
    throw new CoveyError('not-found', `${held.node} has no snapshot of ${without.join(', ')}${then}.`, {
      hint: 'covey snapshots APP lists what there is, on all nodes; --volume takes some of the volumes only.',
    });
  }
  return choices.flatMap(({ volume, snapshot }) => (snapshot === null ? [] : [{ volume, snapshot }]));
}

/**
 * Snapshots by name, of any kind, one a volume.
 * @param isAllowed whether a volume may be put back to
 * @throws CoveyError `invalid` for what is no name or names a volume twice, `refused` for one of another app's volume or
 *   one that is half received, `not-found`
 */
export function named(
  wanted: readonly string[],
  held: Held,
  isAllowed: (volume: string) => boolean,
): Choice[] {
  const choices = wanted.map((name) => {
    const snapshot = assertSnapshotName(name);
    if (!isAllowed(snapshot.volume)) {
      throw new CoveyError('refused', `${name} is of no replicated volume of the app.`, {
        hint: 'covey snapshots APP lists those of the app. One of a volume that it no longer declares needs --to.',
      });
    }
    if (held.unfinished.includes(name)) {
      throw new CoveyError('refused', `${name} is writable, so it was half received: it is no whole state.`, {
        hint: 'Name another one.',
      });
    }
    if (!held.snapshots.includes(name)) {
      throw new CoveyError('not-found', `${held.node}, the master of the app, has no snapshot ${name}.`, {
        hint: 'covey snapshots APP lists what there is, on all nodes.',
      });
    }
    return { volume: snapshot.volume, snapshot };
  });
  const volumes = choices.map(({ volume }) => volume);
  const twice = volumes.find((volume, index) => volumes.indexOf(volume) !== index);
  if (twice !== undefined)
    throw new CoveyError('invalid', `Two snapshots are of ${twice}: name one a volume.`);
  return choices;
}
