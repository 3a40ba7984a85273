import type { Config } from '../config/schema.ts';
import { makeGit } from '../docker/git.ts';
import type { ActionDeps } from '../plan/actions/action.ts';
import { createActions, type NodeActions } from '../plan/actions/table.ts';
import type { Certificates } from './certificates/certificates.ts';
import type { Proxies } from './proxies.ts';
import type { Transfers } from './transfers.ts';

/** What this node does for a plan, as its settings say, by the parts that it has. */
export function createNodeActions(
  config: Config,
  parts: Pick<ActionDeps, 'compose' | 'engine' | 'store' | 'registration' | 'takeRelease' | 'mounts'> & {
    transfers: Pick<Transfers, 'handOff' | 'isShared' | 'isPinned'>;
    certificates: Pick<Certificates, 'take'>;
    proxies: Pick<Proxies, 'check' | 'idle' | 'requests' | 'balance' | 'standIn'>;
  },
): NodeActions {
  const { compose, engine, store, registration, takeRelease, mounts, transfers, certificates, proxies } =
    parts;
  const { health, cutover, caddyContainer } = config;
  return createActions({
    git: makeGit({ sshFolder: config.git.ssh }),
    compose,
    engine,
    store,
    registration,
    handOff: transfers.handOff,
    isShared: transfers.isShared,
    isPinned: transfers.isPinned,
    takeRelease,
    takeCertificates: certificates.take,
    mounts,
    checkRoutes: proxies.check,
    internalCertificates: config.certificates === 'internal',
    deployRoot: config.deploy,
    driver: config.driver.name,
    dockerConfig: config.docker.config,
    logBounds: config.containerLogs.maxSize === 'off' ? undefined : config.containerLogs,
    health,
    cutover,
    caddyContainer,
    proxiesIdle: proxies.idle,
    caddyRequests: proxies.requests,
    ...{ balance: proxies.balance, standIn: proxies.standIn },
  });
}
