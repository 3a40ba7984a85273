import { APP_PREFIX } from '../app/keys.ts';
import { parseRecord } from '../app/record.ts';
import type { Kv } from '../consul/kv.ts';
import { CoveyError } from '../errors.ts';
import type { Fences } from '../plan/fences.ts';
import type { ReceiverDeps } from '../volumes/transfer/receive.ts';

/**
 * Who may put a snapshot on this node: an operation that holds the app's lock, or the app's master with a replica for
 * this node, its slave. A replica has no lock, so the record decides, as Consul's leader knows it at this moment:
 * a master that was cut off and replaced believes otherwise. Without Consul there is no replica.
 */
export function admission(deps: {
  node: string;
  kv: Pick<Kv, 'get'>;
  fences: Fences;
}): ReceiverDeps['admit'] {
  const { node, kv, fences } = deps;
  return async ({ app, fence, volume, from }) => {
    if (fence !== null) return fences.pass(app, fence);
    const entry = await kv.get(`${APP_PREFIX}${app}`, { consistent: true });
    if (entry === undefined) throw refused(`There is no app ${app}`);
    const record = parseRecord(app, entry.value);
    if (record.master !== from) throw refused(`The master of ${app} is ${record.master}, not ${from}`);
    if (record.slave !== node)
      throw refused(`The slave of ${app} is ${record.slave ?? 'no node'}, not ${node}`);
    if (!record.volumes.includes(volume)) throw refused(`${volume} is no replicated volume of ${app}`);
  };
}

function refused(why: string): CoveyError {
  return new CoveyError('refused', why, { hint: 'Replicas go from the master to the slave of the record.' });
}
