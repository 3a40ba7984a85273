import { CoveyError } from '../../errors.ts';
import type { ActionDeps } from '../../plan/actions/action.ts';
import type { CaddyStorage } from '../../proxy/certificates/storage.ts';
import type { Givers } from './givers.ts';

/** Takes certificates of hosts from another node, and keeps for Caddy those that are worth it. */
export function createCertificateTaker({
  storage,
  givers,
}: {
  storage: Pick<CaddyStorage, 'isThere' | 'keep'>;
  givers: Pick<Givers, 'certificates'>;
}): ActionDeps['takeCertificates'] {
  return async (node, hosts, signal) => {
    if (!(await storage.isThere())) {
      throw new CoveyError('failed', "The peer does not see the folder of Caddy's certificates.", {
        hint: 'docker compose up -d, with the docker-compose.yml of this version; or see caddyStorage in the settings.',
      });
    }
    const taken: Awaited<ReturnType<ActionDeps['takeCertificates']>> = [];
    for await (const given of givers.certificates(node, hosts, signal)) {
      const { host, issuer } = given;
      taken.push({ host, issuer, outcome: await storage.keep(given) });
    }
    return taken;
  };
}
