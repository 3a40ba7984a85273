import { CoveyError } from '../errors.ts';
import type { AppRecord } from './record.ts';

/**
 * A replicated volume that the record names was there when the release was started. Docker would make one that is gone
 * anew: the app would begin on nothing, and nothing would then be replicated over what is left of its data.
 * @param used full names of the volumes that the release uses
 * @param present those that its master has
 * @throws CoveyError `refused` naming those that the master has lost
 */
export function assertNoVolumeLost(
  { master, slave, volumes }: Pick<AppRecord, 'master' | 'slave' | 'volumes'>,
  used: readonly string[],
  present: readonly string[],
): void {
  const lost = volumes.filter((volume) => used.includes(volume) && !present.includes(volume));
  if (lost.length === 0) return;
  const replica = slave
    ? `stop covey-peer and covey-consul on ${master} and let ${slave} take over from its replica (--master ${slave} --from-replica), or `
    : '';
  throw new CoveyError('refused', `${master} is the master and has lost ${lost.join(', ')}.`, {
    hint: upperFirst(
      `${replica}put a snapshot of ${master} in its place with covey restore; to begin on nothing, make it there with docker volume create.`,
    ),
  });
}

function upperFirst(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
