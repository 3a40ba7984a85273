import { CoveyError } from '../errors.ts';

/**
 * A name in the folder of snapshots: `<volume>@<date>`, or `<volume>@<date>@<mark>`.
 *
 * Buttervolume marks what it has sent with the host it went to, and whoever looks for the newest snapshot passes
 * over a name with a third part. We use the same place for snapshots that are put aside (the state before a
 * restore, the diverged data of an old master): their mark starts with `+`, which no host name does.
 */
export interface SnapshotName {
  name: string;
  volume: string;
  /** Microseconds since the epoch, the date read as UTC; null if it cannot be read. */
  at: number | null;
  kind: 'plain' | 'sent' | 'aside' | 'undated';
  /** The host of a sent marker, the label (without `+`) of one put aside. */
  mark: string | null;
}

const DATE = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)\.(\d{1,6})$/;

/** The label of what a node held of an app when another had taken over from its replica. */
export const DIVERGED = 'diverged';

/** The label of what a restore replaced. */
export const BEFORE_RESTORE = 'before-restore';

/** The label of what a migrate replaced. */
export const BEFORE_MIGRATE = 'before-migrate';

/** Reads any name; null for what is not a snapshot's (no `@`, no volume, hidden). */
export function parseSnapshotName(name: string): SnapshotName | null {
  const [volume = '', date, ...rest] = name.split('@');
  if (date === undefined || volume === '' || volume.startsWith('.')) return null;
  const at = parseStamp(date);
  const third = rest.length === 0 ? null : rest.join('@');
  if (third?.startsWith('+'))
    return { name, volume, at, kind: at === null ? 'undated' : 'aside', mark: third.slice(1) };
  if (at === null) return { name, volume, at, kind: 'undated', mark: third };
  return { name, volume, at, kind: third === null ? 'plain' : 'sent', mark: third };
}

/** The name of a snapshot taken at `at` (microseconds since the epoch), written in UTC. */
export function formatSnapshotName(volume: string, at: number, label?: string): string {
  return `${volume}@${formatStamp(at)}${label === undefined ? '' : `@+${label}`}`;
}

/** The plain snapshot with the latest date, whatever the order of `names`; null if there is none. */
export function newestOf<T extends SnapshotName>(names: Iterable<T>): T | null {
  let newest: T | null = null;
  for (const name of names) {
    if (name.kind === 'plain' && (newest === null || bySnapshotDate(newest, name) < 0)) newest = name;
  }
  return newest;
}

/** Oldest first; what has no readable date comes before all else. */
export function bySnapshotDate(a: SnapshotName, b: SnapshotName): number {
  return (a.at ?? -1) - (b.at ?? -1) || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
}

/** Microseconds since the epoch of `YYYY-MM-DDTHH:MM:SS.ffffff`, or null if that is no date. */
export function parseStamp(stamp: string): number | null {
  const match = DATE.exec(stamp);
  if (!match) return null;
  const [, year, month, day, hour, minute, second, fraction = ''] = match;
  const seconds = `${year}-${month}-${day}T${hour}:${minute}:${second}`;
  const ms = Date.parse(`${seconds}.000Z`);
  // Date.parse carries 30 February over to March, and 24:00 to the next day.
  if (Number.isNaN(ms) || !new Date(ms).toISOString().startsWith(seconds)) return null;
  return ms * 1000 + Number(fraction.padEnd(6, '0'));
}

/** The inverse of `parseStamp`, for whole microseconds in the years 0 to 9999. */
export function formatStamp(at: number): string {
  const ms = Math.floor(at / 1000);
  const micros = at - ms * 1000;
  return `${new Date(ms).toISOString().slice(0, -1)}${String(micros).padStart(3, '0')}`;
}

/**
 * A name that may become a folder in the store and the first part of a snapshot's name.
 * Errors: `invalid`, saying which rule it breaks.
 */
export function assertVolumeName(name: string): void {
  const problem =
    name === ''
      ? 'it is empty'
      : name.includes('@')
        ? '"@" is illegal in the name of a volume'
        : name.includes('/')
          ? '"/" is illegal in the name of a volume'
          : name.startsWith('.')
            ? 'it starts with a dot'
            : hasControlCharacter(name)
              ? 'it has a control character'
              : Buffer.byteLength(name) > 180
                ? 'it is longer than 180 bytes'
                : null;
  if (problem !== null) throw new CoveyError('invalid', `Volume name ${JSON.stringify(name)}: ${problem}`);
}

/** A label of a snapshot put aside. Errors: `invalid`. */
export function assertLabel(label: string): void {
  if (/^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$/.test(label)) return;
  throw new CoveyError(
    'invalid',
    `Snapshot label ${JSON.stringify(label)}: 1 to 40 letters, digits, ".", "_" or "-"`,
  );
}

/** A name read from outside, such as a restore's: checked so that it stays inside the folder. Errors: `invalid`. */
export function assertSnapshotName(name: string): SnapshotName {
  const parsed = parseSnapshotName(name);
  if (!parsed)
    throw new CoveyError('invalid', `${JSON.stringify(name)} is not a snapshot's name (<volume>@<date>)`);
  assertVolumeName(parsed.volume);
  if (name.includes('/') || hasControlCharacter(name) || Buffer.byteLength(name) > 255) {
    throw new CoveyError(
      'invalid',
      `Snapshot name ${JSON.stringify(name)}: a slash, a control character or too long`,
    );
  }
  return parsed;
}

function hasControlCharacter(text: string): boolean {
  return /\p{Cc}/u.test(text);
}
