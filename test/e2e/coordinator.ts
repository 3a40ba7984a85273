import { arm } from './faulty.ts';
import { covey, eventually, must, type NodeName, on, type PublishedApp } from './support.ts';

export interface Death {
  /** Who coordinates, and dies. */
  node: NodeName;
  /** Where: a fault point of its peer. */
  point: string;
  /** What it is told to do there. */
  command: string[];
  /** The app whose operation it leaves. */
  of: Pick<PublishedApp, 'name'>;
  /** What has to come true while its peer stays away: another one waits for its lock. Without it the peer is back at once. */
  meanwhile?: () => Promise<unknown>;
}

/** A coordinator's peer dies in the middle of an operation; returns when nothing of it is left to undo. */
export async function coordinatorDies({ node, point, command, of, meanwhile }: Death): Promise<void> {
  const fault = await arm(node, point, 'wait');
  const going = covey(node, ...command);
  await fault.reached();
  await must(node, 'docker', 'kill', 'covey-peer');
  await going;
  await meanwhile?.();
  await must(node, 'docker', 'start', 'covey-peer');
  await eventually(
    () => covey(node, 'health'),
    ({ exitCode }) => exitCode === 0,
    180_000,
  );
  await eventually(
    () => on('node1', ['consul', 'kv', 'get', `covey/journal/${of.name}`]),
    ({ exitCode }) => exitCode !== 0,
    180_000,
  );
}
