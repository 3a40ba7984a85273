import path from 'node:path';
import { z } from 'zod';
import { CoveyError } from '../errors.ts';
import { readIfThere, writeIfChanged } from '../files.ts';

/**
 * When each volume is to be purged next, in unix milliseconds, kept on disk so that a restart neither begins all
 * purges at once nor puts them off. What is set holds in memory at once; an error (`failed`) says that it is not on disk.
 */
export interface PurgeTimes {
  of(volume: string): number | undefined;
  set(volume: string, at: number): Promise<void>;
  /** Forgets all volumes but these. */
  retain(volumes: ReadonlySet<string>): Promise<void>;
}

/** Volume -> time. */
const stored = z.record(z.string(), z.number());

/** Reads `purges.json` of the folder of the peer's state. Errors: `invalid` if it can't be read. */
export async function openPurgeTimes(folder: string): Promise<PurgeTimes> {
  const file = path.join(folder, 'purges.json');
  let known = new Map(Object.entries(await load(file)));
  let writing = Promise.resolve();

  /** One write after the other, each with all that is known by then, also after one that failed. */
  function save(): Promise<void> {
    const write = async () => {
      await writeIfChanged(file, `${JSON.stringify(Object.fromEntries(known), null, 2)}\n`);
    };
    writing = writing.then(write, write);
    return writing;
  }

  return {
    of: (volume) => known.get(volume),
    set: (volume, at) => {
      known.set(volume, at);
      return save();
    },
    retain: (volumes) => {
      known = new Map([...known].filter(([volume]) => volumes.has(volume)));
      return save();
    },
  };
}

async function load(file: string): Promise<z.output<typeof stored>> {
  const text = (await readIfThere(file)) ?? '{}';
  try {
    return stored.parse(JSON.parse(text));
  } catch (cause) {
    throw new CoveyError('invalid', `${file} is not the list of purges that covey writes`, {
      cause,
      hint: 'Remove it: each volume is then purged within the next hour, by the same rules.',
    });
  }
}
