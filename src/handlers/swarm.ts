import { SWARM_PREFIX } from '../app/keys.ts';
import { parseSwarm, swarmKeyOf } from '../app/swarm.ts';
import type { Kv } from '../consul/kv.ts';
import { asCoveyError, CoveyError } from '../errors.ts';
import { type Claimant, findClashes } from '../render/haproxy/clashes.ts';
import { hostsOf } from '../render/haproxy/domains.ts';

/** What the swarm keys claim; none of one that cannot be read, which `status` tells and which may hinder nobody. */
export async function loadSwarm(kv: Kv, signal: AbortSignal): Promise<Claimant[]> {
  const entries = await kv.list(SWARM_PREFIX, { signal, consistent: true });
  return entries.flatMap(({ key: path, value }) => {
    const key = swarmKeyOf(path);
    if (key === undefined) return [];
    try {
      const { domains, haproxy } = parseSwarm(key, value);
      return [{ name: path, urls: [], hosts: hostsOf(path, domains), haproxy, swarm: true }];
    } catch (thrown) {
      if (asCoveyError(thrown).code === 'invalid') return [];
      throw thrown;
    }
  });
}

/**
 * What an app claims anew may belong to no swarm key. What it has already stays its own: there it is the key that is at
 * fault, and a redeploy must not wait for that.
 * @throws CoveyError `conflict` naming everything that is taken, and by which key
 */
export function refuseSwarmClashes(
  app: Claimant,
  before: Claimant | undefined,
  swarm: readonly Claimant[],
): void {
  const had = new Set(before ? swarmClashes(before, swarm) : []);
  const taken = swarmClashes(app, swarm).filter((clash) => !had.has(clash));
  if (taken.length === 0) return;
  throw new CoveyError('conflict', `${app.name} claims what a swarm key has: ${taken.join('; ')}.`, {
    hint: 'Change CADDYFILE or HAPROXY, or the swarm key in Consul.',
  });
}

function swarmClashes(app: Claimant, swarm: readonly Claimant[]): string[] {
  return findClashes([app, ...swarm])
    .filter(({ apps }) => apps.includes(app.name))
    .map(({ kind, value, apps }) => {
      const owners = apps.filter((name) => name !== app.name);
      return `${kind} ${value} belongs to ${owners.join(', ')}`;
    });
}
