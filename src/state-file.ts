import type { z } from 'zod';
import { asCoveyError, CoveyError } from './errors.ts';
import { readIfThere, writeIfChanged } from './files.ts';
import type { Logger } from './logger.ts';

/** A small JSON file of the peer's state: in memory, and on disk so that a restart knows it too. */
export interface StateFile<T> {
  value(): T;
  /**
   * Holds in memory at once. Several come to the disk in their order, the newest last, also after one that failed.
   * Errors: `failed` says that it is not on disk.
   */
  set(value: T): Promise<void>;
}

/**
 * What a file that nobody can read means. Its `unreadable` throws where what was in it must not be forgotten: the peer
 * does not start then. Elsewhere it tells, and the peer begins anew as without a file.
 */
export interface Loss {
  unreadable(error: CoveyError): void;
}

/** What was in it keeps somebody from doing harm. @param hint when an operator may remove the file */
export const mustNotBeLost = (hint: string): Loss => ({
  unreadable: ({ code, message, cause }) => {
    // Says which file it is, and that it cannot be read or is not what covey writes there.
    throw new CoveyError(code, message, { cause, hint });
  },
});

/** Without it something is done once more. @param consequence what, as half a sentence */
export const mayBeLost = (logger: Pick<Logger, 'error'>, consequence: string): Loss => ({
  unreadable: (error) => logger.error(`${error.message}: ${consequence}`),
});

/**
 * Reads a file of the peer's state; one that is not there is `empty`.
 * @param sync a power cut takes nothing back that `set` has ended for
 */
export async function openStateFile<T>(
  path: string,
  options: { schema: z.ZodType<T>; empty: T; loss: Loss; sync?: boolean },
): Promise<StateFile<T>> {
  let value = (await loadState(path, options)) ?? options.empty;
  let writing = Promise.resolve();
  return {
    value: () => value,
    set: (next) => {
      value = next;
      // With all that is known by then; a file is not compared with one that is about to change.
      const write = async () => {
        await writeIfChanged(path, `${JSON.stringify(value, null, 2)}\n`, options);
      };
      writing = writing.then(write, write);
      return writing;
    },
  };
}

/** The content of a file of the peer's state; undefined without one, and for one that may be lost and can't be read. */
export async function loadState<T>(
  path: string,
  { schema, loss }: { schema: z.ZodType<T>; loss: Loss },
): Promise<T | undefined> {
  try {
    const text = await readIfThere(path);
    return text === undefined ? undefined : parse(path, text, schema);
  } catch (thrown) {
    loss.unreadable(asCoveyError(thrown));
    return undefined;
  }
}

function parse<T>(path: string, text: string, schema: z.ZodType<T>): T {
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    throw new CoveyError('invalid', `${path} is not what covey writes there`, { cause });
  }
}

/** Waits for a write. What is not on disk is known in memory all the same; only a restart would forget it. */
export async function written(logger: Pick<Logger, 'error'>, writing: Promise<void>): Promise<void> {
  await writing.catch((thrown) => logger.error(asCoveyError(thrown).message));
}
