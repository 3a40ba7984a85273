import { CoveyError } from '../errors.ts';
import { type Kind, kinds, type Occurrence } from './occurrence.ts';

/** Which occurrences somebody wants; what is empty is no condition. */
export interface Wanted {
  app: string;
  node: string;
  kinds: ReadonlySet<Kind>;
}

const all = Object.keys(kinds) as Kind[];
const groupOf = (kind: string): string => kind.split('.')[0] ?? '';

/**
 * The kinds that are meant, each given by its name or by its first part, as `container`.
 * @throws CoveyError `invalid`
 */
export function readKinds(names: readonly string[]): Set<Kind> {
  return new Set(
    names.flatMap((name) => {
      const found = all.filter((kind) => kind === name || groupOf(kind) === name);
      if (found.length > 0) return found;
      throw new CoveyError('invalid', `"${name}" is no kind of what can happen.`, {
        hint: `These are, and each first part alone is too: ${all.join(', ')}.`,
      });
    }),
  );
}

/** What is said of the watch itself is never left out. */
export function isWanted(wanted: Wanted, { kind, app, node }: Occurrence): boolean {
  if (groupOf(kind) === 'watch') return true;
  return (
    (wanted.app === '' || wanted.app === app) &&
    (wanted.node === '' || wanted.node === node) &&
    (wanted.kinds.size === 0 || wanted.kinds.has(kind))
  );
}
