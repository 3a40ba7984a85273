import type { Survey } from './steps.ts';

/** A volume's replica that a node takes over from. */
type Replicas = Survey['replicas'];

/** What is said before a node takes over: how old its data is, volume by volume, and what becomes of the old master's. */
export function takeoverWarnings(input: {
  oldMaster: string;
  master: string;
  replicas: Replicas;
  volumes: readonly string[];
  /** Milliseconds since the epoch. */
  now: number;
}): string[] {
  const { oldMaster, master, replicas, volumes, now } = input;
  const ages = volumes.flatMap((volume) => {
    const replica = replicas[volume];
    if (!replica) return [];
    const age = formatAge(now - replica.at);
    return [
      `${volume}: the newest replica on ${master} is ${age} old (${replica.snapshot}); later data is lost to the app.`,
    ];
  });
  return [
    ...ages,
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

const UNITS = [
  ['d', 86_400],
  ['h', 3_600],
  ['min', 60],
  ['s', 1],
] as const;

/** `35 s`, `12 min`, `3 h 20 min`, `2 d 4 h`: the two largest units that count. */
export function formatAge(milliseconds: number): string {
  let left = Math.max(0, Math.round(milliseconds / 1000));
  const words: string[] = [];
  for (const [unit, seconds] of UNITS) {
    const count = Math.floor(left / seconds);
    left %= seconds;
    if (count > 0) words.push(`${count} ${unit}`);
    else if (words.length > 0) break;
    if (words.length === 2) break;
  }
  return words.join(' ') || '0 s';
}
