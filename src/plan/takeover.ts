import { formatDuration } from '../durations.ts';
import type { Survey } from './results.ts';

/** A volume's replica that a node takes over from. */
type Replicas = Survey['replicas'];

/** What is said before a node takes over: how old its data is, volume by volume, and what becomes of the old master's. */
export function takeoverWarnings(input: {
  oldMaster: string;
  oldSlave: string | null;
  master: string;
  replicas: Replicas;
  volumes: readonly string[];
  /** Milliseconds since the epoch. */
  now: number;
}): string[] {
  const { oldMaster, oldSlave, master, replicas, volumes, now } = input;
  const ages = volumes.flatMap((volume) => {
    const replica = replicas[volume];
    if (!replica) return [];
    const age = formatDuration(now - replica.at);
    return [
      `${volume}: the newest replica on ${master} is ${age} old (${replica.snapshot}); later data is lost to the app.`,
    ];
  });
  const passedOver =
    oldSlave && oldSlave !== master ? [`The slave is ${oldSlave}: its replica may be newer.`] : [];
  return [
    ...ages,
    ...passedOver,
    `${oldMaster} is not alive: when it is back, its copy is stopped, and its data kept as a snapshot that covey status names.`,
  ];
}

/** `volumes` as they are to be restored: volume -> snapshot. */
export function snapshotsOf(replicas: Replicas, volumes: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    volumes.flatMap((volume) => {
      const replica = replicas[volume];
      return replica ? [[volume, replica.snapshot]] : [];
    }),
  );
}
