import { createBell } from '../bell.ts';
import type { Config } from '../config/schema.ts';
import { pack } from '../docker/archive.ts';
import { makeCompose } from '../docker/compose.ts';
import { makeEngine } from '../docker/engine.ts';
import { deploymentsOf, sweepDeployments } from '../docker/folder.ts';
import { CoveyError } from '../errors.ts';
import { faultsIn } from '../faults.ts';
import type { Deps } from '../handlers/deps.ts';
import { joinObservers } from '../handlers/observer.ts';
import { handlers } from '../handlers/table.ts';
import { stoppingBy } from '../lease/stopping.ts';
import type { Logger } from '../logger.ts';
import { openFences } from '../plan/fences.ts';
import { createMountGuard } from '../plan/mounts.ts';
import { createTurns } from '../plan/turns.ts';
import { createServed } from '../proxy/served.ts';
import type { View } from '../proxy/view.ts';
import { createChannels } from '../rpc/channels.ts';
import { serve } from '../rpc/server.ts';
import { loadTls } from '../rpc/tls.ts';
import { version } from '../version.ts';
import { createPurger } from '../volumes/purge.ts';
import { openPurgeTimes } from '../volumes/purge-times.ts';
import { openReplicas } from '../volumes/replicas.ts';
import { openStore } from '../volumes/store.ts';
import { createNodeActions } from './actions.ts';
import { addressBook, checkAddress } from './address.ts';
import { createCertificates } from './certificates/certificates.ts';
import { closeAll } from './close-all.ts';
import { createNodeConsul, freeSessions } from './consul.ts';
import { createContainerNames } from './container-names.ts';
import { examiner } from './doctor/examiner.ts';
import { startDriver } from './driver.ts';
import { createNodeGossip } from './gossip.ts';
import { startLease } from './lease.ts';
import { createMembership } from './membership.ts';
import { createMemory } from './memory.ts';
import { createMonitoring } from './monitoring.ts';
import { createNodes } from './nodes.ts';
import { createObserving } from './observing.ts';
import { startProxies } from './proxies.ts';
import { createReleaseTaker } from './releases.ts';
import { startTasks } from './tasks.ts';
import { startTransfers } from './transfers.ts';
import { createUncommitted } from './uncommitted.ts';
import { readHooks } from './webhooks/hooks.ts';
import { createWebhooks } from './webhooks/webhooks.ts';

/** Longest waits of the handlers, in milliseconds. */
const BOUNDS = { acknowledge: 15_000, hold: 5_000, observe: 3_000, examine: 8_000, undo: 10 * 60_000 };

/** A peer that runs. */
export interface RunningPeer {
  /** Ends running calls and closes everything. */
  stop(): Promise<void>;
}

/**
 * Wires the parts of a node together and starts them: first the volumes, since Docker may be waiting for them, then
 * routes, then the apps, then gRPC.
 */
export async function startPeer(config: Config, logger: Logger): Promise<RunningPeer> {
  const closing = new AbortController();
  const { signal } = closing;
  const { node } = config;
  const tls = config.tls.enabled
    ? await loadTls(config.tls, { expect: { role: 'peer', name: node } })
    : undefined;
  const monitoring = createMonitoring({ config, tls, version, logger });
  const hooks = await readHooks(config.webhooks);

  const { client: consul, kv, locks, members, claims, events, registration } = createNodeConsul(config);
  const engine = makeEngine({ socket: config.docker.socket });
  const compose = makeCompose({ dockerConfig: config.docker.config, socket: config.docker.socket });
  const lease = await startLease({ config, kv, engine, logger });
  const store = await openStore(config.store);
  await sweepDeployments(config.deploy);

  await freeSessions(consul, node, { logger, signal });
  await checkAddress(members, config.address, { logger, signal });
  const channels = createChannels({ tls });
  const { port } = config.listen;
  const changed = createBell();
  const gossip = createNodeGossip({
    ...{ node, members, channels, port, logger, changed },
    counter: monitoring.gossip,
  });
  const replicas = await openReplicas(config.state, logger, () => observing.volumes());
  const served = createServed();
  const observing = createObserving({ node, tell: gossip.tell, served, store, replicas, logger });
  let view: View | undefined;
  const names = createContainerNames({ node, engine, locks, view: () => view, logger, signal });
  const proxies = await startProxies({
    ...{ config, engine, kv, members, served, logger, signal },
    onContainers: (containers) => {
      observing.containers(containers);
      names.look(containers);
    },
    onRecords: (newest) => {
      view = newest;
      observing.records(newest);
      changed.ring();
    },
  });
  const mounts = createMountGuard(node, proxies.view, lease.keeper.forbids);
  const driver = await startDriver(config, { store, mounts, logger });

  const address = addressBook(members);
  const nodes = createNodes({ channels, port, address });
  const about = { config, encrypted: tls !== undefined, channels, port, address };
  const certificates = createCertificates({ ...about, kv, members, proxies, logger });
  const membership = createMembership({ members, engine, gossip, container: config.consulContainer, logger });
  const fences = await openFences(config.state);
  const faults = faultsIn(config.state);
  const purgeTimes = await openPurgeTimes(config.state, logger);
  const transfers = await startTransfers({ config, store, fences, kv, address, tls, logger });
  const { pins, guard } = transfers;
  const purger = createPurger({ store, pins, replicas, guard });
  const takeRelease = createReleaseTaker({ channels, port, address });
  const actions = createNodeActions(config, {
    ...{ engine, compose, store, registration, mounts },
    ...{ takeRelease, transfers, certificates, proxies },
  });
  const memory = createMemory({ node, gossip, view: proxies.view, changed, signs: lease.signs });
  const reaches = (other: string) => gossip.contacts().get(other)?.reached ?? false;
  const stop = stoppingBy(engine, logger);
  const uncommitted = createUncommitted({ ...{ node, kv, reaches, stop, logger }, view: proxies.view });
  const webhooks = createWebhooks({ node, memory, logger }, hooks);
  const cluster: Deps = {
    node,
    logger,
    kv,
    acquire: locks.acquire,
    members: () => members.list(),
    membership,
    nodes,
    memory,
    deployRoot: config.deploy,
    bounds: BOUNDS,
    faults,
    observer: joinObservers([monitoring.operations, webhooks], logger),
    events: { ...claims, fire: events.fire, enabled: config.events },
  };
  const table = handlers(
    cluster,
    {
      node,
      version,
      engine,
      served,
      view: proxies.view,
      show: proxies.show,
      examine: examiner({ config, tls, engine, compose, store, consul, members, nodes, certificates }),
      store,
      purger,
      kv,
      hear: gossip.hear,
      membership,
      caddy: certificates.here,
    },
    { actions, fences, faults, turns: createTurns(), watch: uncommitted.step },
    { deployments: (app) => deploymentsOf(config.deploy, app), pack },
  );
  const { protocols } = transfers;
  const { watchCall } = monitoring;
  const server = await serve({ config, tls, handlers: table, logger, protocols, watchCall });
  logger.info({ port: server.port, version }, 'listens');

  const background = startTasks(
    {
      ...{ config, cluster, handlers: table, engine, compose, proxies, certificates, lease },
      ...{ locks, events, claims },
      ...{ store, replicas, replicate: transfers.replicate, purger, purgeTimes, pins },
      ...{ gossip, observing, webhooks, uncommitted },
    },
    signal,
  );
  server.setServing(true);
  const metrics = await monitoring.serve({ gossip, proxies, server });

  return {
    stop: async () => {
      server.setServing(false);
      await server.stop();
      await transfers.close();
      await lease.close();
      closing.abort(new CoveyError('cancelled', 'The peer stops.'));
      await Promise.allSettled(background);
      await closeAll(
        [() => metrics.close(), () => claims.close(), () => driver.close(), () => proxies.close()],
        logger,
      );
      channels.close();
      consul.close();
    },
  };
}
