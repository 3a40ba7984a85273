import { readdir, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { CoveyError } from '../errors.ts';
import type { HaproxyApp } from '../render/haproxy/config.ts';
import { holdId, holdSocket } from '../render/haproxy/hold.ts';

/** Name of the file by which Caddy leads requests for an app's sites aside, as long as it is there. @param id `holdId` of the app */
export const asideName = (id: string): string => `aside-${id}`;

/**
 * Whose requests are led aside on this node, and do not reach the app's containers: a file of each in the folder of the sockets.
 * Errors: `failed` where the folder cannot be read or written.
 */
export interface Asides {
  /** From now on requests for all other apps go on to their sites. */
  end(except: readonly HaproxyApp[]): Promise<void>;
  /** HAProxy has these apps now and no others: requests for those that are to be led aside are, and sockets of the others are removed. */
  begin(apps: readonly HaproxyApp[]): Promise<void>;
}

/** @param run the folder of the sockets, as the peer sees it */
export function asidesIn(run: string): Asides {
  const remove = async (pattern: RegExp, kept: readonly string[]) => {
    for (const name of await readdir(run))
      if (pattern.test(name) && !kept.includes(name)) await rm(join(run, name), { force: true });
  };
  const end = (except: readonly HaproxyApp[]) =>
    remove(
      /^aside-[0-9a-f]+$/,
      ledAside(except).map(({ name }) => asideName(holdId(name))),
    );
  return {
    end: (except) => inFolder(run, () => end(except)),
    begin: (apps) =>
      inFolder(run, async () => {
        for (const { name } of ledAside(apps)) await writeFile(join(run, asideName(holdId(name))), '');
        await end(apps);
        // HAProxy leaves in the folder what it no longer has.
        const kept = apps.filter(({ waits, passesTo }) => waits !== undefined || passesTo !== undefined);
        await remove(/^hold-[0-9a-f]+-https?\.sock$/, kept.flatMap(socketsOf));
      }),
  };
}

const ledAside = (apps: readonly HaproxyApp[]): HaproxyApp[] => apps.filter(({ isAside }) => isAside);

const socketsOf = ({ name }: HaproxyApp): string[] =>
  (['http', 'https'] as const).map((scheme) => basename(holdSocket('', holdId(name), scheme)));

async function inFolder(run: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (cause) {
    throw new CoveyError('failed', `Can't lead requests aside by files in ${run}: ${String(cause)}`, {
      cause,
      hint: 'See that the peer may write there.',
    });
  }
}
