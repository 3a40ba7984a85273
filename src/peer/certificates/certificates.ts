import type { Config } from '../../config/schema.ts';
import type { Kv } from '../../consul/kv.ts';
import type { Members } from '../../consul/members.ts';
import type { Roots } from '../../doctor/internal-root.ts';
import { asCoveyError } from '../../errors.ts';
import type { CertificateDeps } from '../../handlers/certificates.ts';
import type { Logger } from '../../logger.ts';
import type { ActionDeps } from '../../plan/actions/action.ts';
import { openCaddyStorage } from '../../proxy/certificates/storage.ts';
import type { Channels } from '../../rpc/channels.ts';
import type { Proxies } from '../proxies.ts';
import { copyBySchedule } from './copies.ts';
import { createGivers } from './givers.ts';
import { createReissuer } from './reissue.ts';
import { followRoot, rootsOf } from './root.ts';
import { createCertificateTaker } from './take.ts';

/** The certificates that this node's Caddy keeps, as other nodes and this peer's own parts have to do with them. */
export interface Certificates {
  here: CertificateDeps;
  take: ActionDeps['takeCertificates'];
  /** Of this node, and of the cluster; undefined without TLS. */
  roots: ((signal: AbortSignal) => Promise<Roots>) | undefined;
  /** Keeps the node's internal root that of the cluster, and copies of what it is the slave of. Ends by the signal. */
  run(signal: AbortSignal): Promise<void>;
}

export function createCertificates(deps: {
  config: Pick<Config, 'node' | 'caddyStorage'>;
  /** False without TLS: then no key leaves this node, and none is asked for. */
  encrypted: boolean;
  channels: Channels;
  port: number;
  address: (node: string) => Promise<string | undefined>;
  kv: Kv;
  members: Members;
  proxies: Pick<Proxies, 'known' | 'view' | 'outdated' | 'show' | 'reload' | 'detour'>;
  logger: Logger;
}): Certificates {
  const { config, encrypted, kv, members, proxies, logger } = deps;
  const { node } = config;
  const { view, outdated, reload, detour } = proxies;
  const storage = openCaddyStorage(config.caddyStorage);
  const givers = createGivers(deps);
  const take = createCertificateTaker({ storage, givers });
  return {
    here: { storage, encrypted },
    take,
    roots: encrypted ? (signal) => rootsOf({ kv, storage }, signal) : undefined,
    run: async (signal) => {
      await storage.sweep().catch((thrown) => logger.warn(asCoveyError(thrown).message));
      if (!encrypted) return;
      await proxies.known(signal);
      const list = () => members.list();
      const live = async () => (await proxies.show(undefined)).live.Caddyfile;
      const reissue = createReissuer({ storage, detour, reload, logger });
      await Promise.all([
        followRoot({ node, kv, members: list, storage, givers, live, reload, reissue, logger }, signal),
        copyBySchedule({ node, view, outdated, take, reload, logger }, signal),
      ]);
    },
  };
}
