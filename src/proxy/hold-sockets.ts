import { readdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Waits } from '../render/haproxy/hold.ts';
import { holdSocket } from '../render/haproxy/hold.ts';

/** Removes what HAProxy leaves in the folder of a socket that it no longer has: those of apps of which no request waits any more. */
export async function clearHoldSockets(
  run: string,
  apps: readonly { name: string; waits?: Waits }[],
): Promise<void> {
  const kept = apps
    .filter(({ waits }) => waits !== undefined)
    .flatMap(({ name }) => [holdSocket(run, name, 'http'), holdSocket(run, name, 'https')])
    .map((path) => basename(path));
  for (const name of await readdir(run)) {
    const isOld = /^hold-[0-9a-f]+-https?\.sock$/.test(name) && !kept.includes(name);
    if (isOld) await rm(join(run, name), { force: true });
  }
}
