import { asCoveyError } from '../errors.ts';
import type { Report } from '../plan/runner.ts';

/**
 * A step that an app can do without. The peer of an older version refuses one that it does not know as `invalid`, and the
 * operation goes on; what else fails fails.
 */
export async function ifKnown(done: Promise<unknown>, report: Report): Promise<unknown> {
  try {
    return await done;
  } catch (thrown) {
    const { code, message } = asCoveyError(thrown);
    if (code !== 'invalid') throw thrown;
    return report(-1, message);
  }
}
