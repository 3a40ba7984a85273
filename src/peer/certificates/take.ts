import type { ActionDeps } from '../../plan/actions/action.ts';
import type { CaddyStorage } from '../../proxy/certificates/storage.ts';
import type { Givers } from './givers.ts';
import { assertSeen } from './seen.ts';

/** Takes certificates of hosts from another node, and keeps for Caddy those that are worth it. */
export function createCertificateTaker({
  storage,
  givers,
}: {
  storage: Pick<CaddyStorage, 'isThere' | 'keep'>;
  givers: Pick<Givers, 'certificates'>;
}): ActionDeps['takeCertificates'] {
  return async (node, hosts, signal) => {
    await assertSeen(storage);
    const taken: Awaited<ReturnType<ActionDeps['takeCertificates']>> = [];
    for await (const given of givers.certificates(node, hosts, signal)) {
      const { host, issuer } = given;
      taken.push({ host, issuer, outcome: await storage.keep(given) });
    }
    return taken;
  };
}
