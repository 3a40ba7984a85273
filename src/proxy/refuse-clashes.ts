import { CoveyError } from '../errors.ts';
import { findClashes } from '../render/haproxy/clashes.ts';
import { claimant, type HaproxyPart } from './swarm.ts';

/**
 * HAProxy itself lets two frontends have the same port, and shares the visitors out between them.
 * @throws CoveyError `invalid` naming both apps or swarm keys
 */
export function refuseClashes(parts: ReadonlyMap<string, HaproxyPart>): void {
  const [clash] = findClashes([...parts.values()].map(claimant));
  if (clash === undefined) return;
  const what = clash.kind === 'bind' ? 'port' : clash.kind;
  throw new CoveyError(
    'invalid',
    `${clash.kind === 'domain' ? '' : 'HAPROXY: '}the ${what} ${clash.value} is claimed by ${clash.apps.join(' and ')}`,
  );
}
