import { readdir, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { CoveyError } from '../../errors.ts';
import type { HaproxyApp } from '../../render/haproxy/config.ts';
import { holdId, holdSocket } from '../../render/haproxy/hold.ts';
import { type HaproxyPart, splitParts } from '../swarm.ts';

/** Name of the file by which Caddy leads requests for an app's sites aside, as long as it is there. @param id `holdId` of the app */
export const asideName = (id: string): string => `aside-${id}`;

/**
 * Whose requests are led aside on this node, and do not reach the app's containers: a file of each in the folder of the sockets.
 * Errors: `failed` where the folder cannot be read or written.
 */
export interface Asides {
  /** From now on requests for these apps are led aside, and those for all others go on to their sites. */
  set(apps: readonly string[]): Promise<void>;
  /** HAProxy has these apps now and no others: it leaves in the folder what it no longer has. */
  clear(apps: readonly HaproxyApp[]): Promise<void>;
}

/** @param run the folder of the sockets, as the peer sees it */
export function asidesIn(run: string): Asides {
  const remove = async (pattern: RegExp, kept: readonly string[]) => {
    for (const name of await readdir(run))
      if (pattern.test(name) && !kept.includes(name)) await rm(join(run, name), { force: true });
  };
  return {
    set: (apps) =>
      inFolder(run, async () => {
        const names = apps.map((app) => asideName(holdId(app)));
        for (const name of names) await writeFile(join(run, name), '');
        await remove(/^aside-[0-9a-f]+$/, names);
      }),
    clear: (apps) =>
      inFolder(run, () => {
        const kept = apps.filter(({ waits, passesTo }) => waits !== undefined || passesTo !== undefined);
        return remove(/^hold-[0-9a-f]+-https?\.sock$/, kept.flatMap(socketsOf));
      }),
  };
}

/** Names of the apps whose requests are led aside. */
export const asideIn = (parts: ReadonlyMap<string, HaproxyPart>): string[] =>
  splitParts(parts)
    .apps.filter(({ isAside }) => isAside)
    .map(({ name }) => name);

/**
 * The same before HAProxy on the node has what is wanted: of none that it lets go on then, since what has waited would come back to where it
 * waits, and already of those that nobody is led to here yet.
 */
export function asideBefore(
  node: string,
  live: ReadonlyMap<string, HaproxyPart>,
  wanted: ReadonlyMap<string, HaproxyPart>,
): string[] {
  const already = asideIn(live);
  const led = new Set(
    splitParts(live)
      .apps.filter(({ leadsTo, master }) => (leadsTo ?? master) === node)
      .map(({ name }) => name),
  );
  return asideIn(wanted).filter((name) => already.includes(name) || !led.has(name));
}

const socketsOf = ({ name }: HaproxyApp): string[] =>
  (['http', 'https'] as const).map((scheme) => basename(holdSocket('', holdId(name), scheme)));

async function inFolder(run: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (cause) {
    throw new CoveyError(
      'failed',
      `Can't lead requests aside, or clear up after it, in ${run}: ${String(cause)}`,
      {
        cause,
        hint: 'See that the peer may write there.',
      },
    );
  }
}
