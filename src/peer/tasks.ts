import { setTimeout as pause } from 'node:timers/promises';
import type { Config } from '../config/schema.ts';
import type { Claims } from '../consul/claims.ts';
import type { Events } from '../consul/events.ts';
import type { Locks } from '../consul/lock.ts';
import type { Compose } from '../docker/compose.ts';
import type { Engine } from '../docker/engine.ts';
import { readDeployments } from '../docker/folder.ts';
import { asCoveyError } from '../errors.ts';
import { takeOverByItself } from '../handlers/automatic-takeover.ts';
import { operateByItself } from '../handlers/by-itself.ts';
import type { Deps } from '../handlers/deps.ts';
import { followRelease } from '../handlers/follow-release.ts';
import { leave } from '../handlers/leave.ts';
import { recoverAbandoned } from '../handlers/recover-abandoned.ts';
import type { StartAgain } from '../lease/enforcer.ts';
import type { Handlers } from '../rpc/handler.ts';
import type { Purger } from '../volumes/purge.ts';
import type { PurgeTimes } from '../volumes/purge-times.ts';
import type { Replicas } from '../volumes/replicas.ts';
import type { Store } from '../volumes/store.ts';
import type { Pins } from '../volumes/transfer/pins.ts';
import { snapshotIfChanged } from '../volumes/unchanged.ts';
import { answers } from './answers.ts';
import { followBalanced } from './balanced.ts';
import { converge, startOwn, startWaiting } from './boot.ts';
import type { Certificates } from './certificates/certificates.ts';
import { followDepartures } from './departures.ts';
import { bridgeEvents } from './events.ts';
import { forgetLeft } from './forget-left.ts';
import type { NodeGossip } from './gossip.ts';
import { tendHolds } from './holds.ts';
import type { NodeLease } from './lease.ts';
import type { Observing } from './observing.ts';
import type { Proxies } from './proxies.ts';
import { purgeBySchedule } from './purge-schedule.ts';
import { type Replicate, replicateBySchedule } from './replication.ts';
import { snapshotBySchedule } from './snapshot-schedule.ts';
import { followLeases, type TakeoverDeps, takeOverWhenLost } from './takeovers.ts';
import type { Uncommitted } from './uncommitted.ts';
import type { Webhooks } from './webhooks/webhooks.ts';

/**
 * Time without Consul at the start after which what was last known on disk counts, in milliseconds. Docker starts none of
 * our apps at a boot, so this is how long they are down for it; a majority that is there answers within a few seconds.
 */
const WITHOUT_CONSUL = 30_000;

const PRUNE_INTERVAL = 60 * 60_000;

/** Long enough for Consul to have a new leader, and for a peer to restart, in milliseconds. */
const EVENT_RETRY = 5_000;

export interface TaskDeps {
  config: Config;
  /** What the operations of this peer work with. */
  cluster: Deps;
  handlers: Handlers;
  locks: Locks;
  events: Events;
  claims: Claims;
  engine: Engine;
  compose: Compose;
  store: Store;
  replicas: Replicas;
  replicate: Replicate;
  purger: Purger;
  purgeTimes: PurgeTimes;
  pins: Pick<Pins, 'peers' | 'forget'>;
  proxies: Proxies;
  gossip: Pick<NodeGossip, 'run'>;
  webhooks: Pick<Webhooks, 'run'>;
  uncommitted: Pick<Uncommitted, 'run'>;
  observing: Pick<Observing, 'run'>;
  lease: NodeLease;
  certificates: Pick<Certificates, 'run'>;
}

/** Starts what a peer does of itself, besides answering calls. Each goes on until the signal; they never fail. */
export function startTasks(deps: TaskDeps, signal: AbortSignal): Promise<void>[] {
  const { config, cluster, locks, claims, engine, store, proxies, lease } = deps;
  const { node, logger, deployRoot } = cluster;
  const { view, outdated } = proxies;

  const boot = {
    ...{ node, deployRoot, engine, compose: deps.compose, store, locks },
    ...{ kv: cluster.kv, lease: lease.keeper, logger, signal },
  };

  /** Apps start and stop as the records say; then events are taken. */
  async function begin(): Promise<void> {
    const soon = AbortSignal.any([signal, AbortSignal.timeout(WITHOUT_CONSUL)]);
    // A node that remembers nothing has nothing to go by until Consul answers.
    const known = (await proxies.known(soon)) ?? (await proxies.known(signal));
    const waiting = known ? await converge(boot, known, proxies.remembered) : [];
    await Promise.all([startWaiting(boot, waiting, view), bridge()]);
  }

  async function bridge(): Promise<void> {
    if (!config.events) return;
    const { events, handlers } = deps;
    const { Cluster } = handlers;
    await bridgeEvents({ node, events, claims, cluster: Cluster, logger, retry: EVENT_RETRY, signal });
  }

  const startAgain: StartAgain = async (app, until) => {
    const newest = view();
    return newest === undefined || (await startOwn({ ...boot, signal: until }, newest, [app])).length === 0;
  };

  /** Takes over what this node is the slave of, and keeps what others may take over from it. */
  async function takeovers(): Promise<void> {
    await proxies.known(signal);
    lease.follow(view, startAgain);
    const { signs, time } = lease;
    const { kv, memory } = cluster;
    const takeOver: TakeoverDeps['takeOver'] = (about, until) => takeOverByItself(cluster, about, until);
    const answersAt = (address: string) => answers(address, config.listen.port);
    const watching = { node, kv, memory, signs, time, answers: answersAt, takeOver, logger };
    await Promise.all([followLeases(watching, signal), takeOverWhenLost(watching, signal)]);
  }

  /** Ends what coordinators left that have died. */
  async function recovery(): Promise<void> {
    const end = (app: string, requestId: string, until: AbortSignal) =>
      operateByItself(cluster, { app, kind: 'recover', requestId, signal: until }, async () => undefined);
    await recoverAbandoned({ ...cluster, locks }, end, signal);
  }

  /** Leaves to their masters what this node holds of their apps. */
  async function departures(): Promise<void> {
    await proxies.known(signal);
    const here = { node, engine, store, deployRoot, locks, view, outdated, logger };
    const deployments = () => readDeployments(deployRoot);
    const leaveApp = (app: string, until: AbortSignal) => leave(cluster, app, until);
    await followDepartures({ ...here, deployments, leave: leaveApp }, signal);
  }

  /** Keeps what this node has of apps that run on several at their releases. */
  async function balanced(): Promise<void> {
    await proxies.known(signal);
    const follow = (app: string, until: AbortSignal) => followRelease(cluster, app, until);
    await followBalanced({ node, engine, deployRoot, locks, view, outdated, follow, logger }, signal);
  }

  /** Sends volumes to slaves by schedule, once the records are known. */
  async function replication(): Promise<void> {
    await proxies.known(signal);
    const { replicas, replicate } = deps;
    await replicateBySchedule({ node, view, outdated, replicas, locks, replicate, logger }, signal);
  }

  /** Keeps snapshots of the volumes of this node's apps by schedule. */
  async function snapshots(): Promise<void> {
    await proxies.known(signal);
    const snapshot = (volume: string, until: AbortSignal) =>
      snapshotIfChanged(store, volume, { signal: until });
    await snapshotBySchedule({ node, view, outdated, store, snapshot, locks, logger }, signal);
  }

  /** Removes the snapshots that no retention pattern has a place for. */
  async function purge(): Promise<void> {
    await proxies.known(signal);
    const { purger, purgeTimes: times } = deps;
    await purgeBySchedule({ node, view, outdated, times, kv: cluster.kv, locks, purger, logger }, signal);
  }

  /** Forgets old events, now and then; that every peer does it does no harm. */
  async function prune(): Promise<void> {
    while (!signal.aborted) {
      await pause(PRUNE_INTERVAL, undefined, { signal });
      await claims.prune(new Date(), signal);
    }
  }

  /** Keeps a task alive: what ends it without the peer stopping is logged, and it begins again. */
  async function follow(what: string, task: () => Promise<void>): Promise<void> {
    while (!signal.aborted) {
      try {
        await task();
        return;
      } catch (thrown) {
        if (signal.aborted) return;
        logger.warn(`${what}: ${asCoveyError(thrown).message}; begins again`);
        await pause(1_000, undefined, { signal }).catch(() => undefined); // an abort ends the loop
      }
    }
  }

  return [
    follow('events', begin),
    follow('old events', prune),
    follow('abandoned operations', recovery),
    follow('apps of other masters', departures),
    follow('services on several nodes', balanced),
    follow('replication', replication),
    follow('snapshots', snapshots),
    follow('purges', purge),
    follow('held requests', () => tendHolds({ kv: cluster.kv, locks, logger }, signal)),
    follow('nodes that have left', () => forgetLeft({ ...deps, members: cluster.members, logger }, signal)),
    follow('gossip', () => deps.gossip.run(signal)),
    follow('automatic takeover', takeovers),
    follow('what is not recorded yet', () => deps.uncommitted.run(startAgain, signal)),
    follow('webhooks', () => deps.webhooks.run(signal)),
    follow('observing', () => deps.observing.run(signal)),
    follow('certificates', () => deps.certificates.run(signal)),
  ];
}
