import { asCoveyError } from '../errors.ts';
import type { Logger } from '../logger.ts';

/** Closes one after the other; what fails is logged and keeps no other from closing. */
export async function closeAll(closers: readonly (() => Promise<unknown>)[], logger: Logger): Promise<void> {
  for (const close of closers) {
    try {
      await close();
    } catch (thrown) {
      logger.warn(`Not closed cleanly: ${asCoveyError(thrown).message}`);
    }
  }
}
