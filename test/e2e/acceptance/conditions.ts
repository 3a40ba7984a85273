import { cutOffGit, joinGit } from '../faulty.ts';
import { must, NODES, type NodeName, on, type PublishedApp } from '../support.ts';
import type { Condition } from './table.ts';

/** Who is what while a cell runs. */
export interface Roles {
  /** The master before; undefined: there is no app yet. */
  current: NodeName | undefined;
  /** The master that is asked for. */
  future: NodeName;
}

const STORE = '/var/lib/buttervolume';
const FOLDERS = [`${STORE}/snapshots`, `${STORE}/volumes`];

/** Brings a condition about. What fails, fails for real: the disk of the new master takes no snapshot, or no volume. */
export async function strike(
  condition: Condition,
  app: PublishedApp,
  { current, future }: Roles,
): Promise<void> {
  const refuse = (folder: string) => must(future, 'chattr', '+i', `${STORE}/${folder}`);
  const strikes: Record<Condition, () => Promise<unknown>> = {
    well: async () => undefined,
    currentWithoutGit: () => cutOffGit(app, ...(current ? [current] : [])),
    futureWithoutGit: () => cutOffGit(app, future),
    nobodyWithGit: () => cutOffGit(app, ...NODES),
    sendFails: () => refuse('snapshots'),
    restoreFails: () => refuse('volumes'),
  };
  await strikes[condition]();
}

/** Ends whatever condition there is, on every node. */
export async function mend(): Promise<void> {
  await joinGit();
  for (const node of NODES) {
    const { exitCode, stderr } = await on(node, ['chattr', '-i', ...FOLDERS]);
    if (exitCode !== 0) throw new Error(`${node}: ${stderr}`);
  }
}
