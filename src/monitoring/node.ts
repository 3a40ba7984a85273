import { Gauge, type Registry } from 'prom-client';
import type { ServiceHere } from '../handlers/services.ts';
import type { Told } from '../observed/told.ts';
import type { Checks } from './checks.ts';

/** What is seen of a node at one moment; each scrape takes a new one. Times are unix milliseconds. */
export interface Picture {
  now: number;
  /** What the node tells the others of itself; empty lists where it has told nothing yet. */
  told: Told;
  /** The services of apps that belong on it by the records; none where it has told nothing yet. */
  services: readonly ServiceHere[];
  /** Consul's index of the newest record that it has read; undefined: none were read yet. */
  newestRecord: number | undefined;
  /** Since when the newest records wait for the proxies; undefined: they do not. */
  behindSince: number | undefined;
  /** Undefined without TLS. */
  certificateEnds: number | undefined;
  checks: Checks;
}

/** One value of a metric, with its labels. */
type Sample = [value: number, labels?: Record<string, string>];

interface Definition {
  name: string;
  help: string;
  labels?: readonly string[];
  of(picture: Picture): Sample[];
}

const one = (value: number | undefined): Sample[] => (value === undefined ? [] : [[value]]);

/** How many of each combination of labels there are. */
function counted(labels: readonly Record<string, string>[]): Sample[] {
  return [...Map.groupBy(labels, (each) => JSON.stringify(each)).values()].map(
    (same): Sample => [same.length, same[0] ?? {}],
  );
}

/** Volumes that this node sends to a slave by the clock. */
const sent = ({ told }: Picture) =>
  told.volumes
    .filter(({ replicatedTo, intervalMs }) => replicatedTo !== '' && intervalMs > 0)
    .map((volume) => ({ ...volume, labels: { app: volume.app, volume: volume.volume } }));

/** All that is read off the node's state. Labels are names of apps, volumes and nodes, of which a cluster has some hundreds. */
const definitions: readonly Definition[] = [
  {
    name: 'covey_check_ok',
    help: 'What /readyz looks at, by check (grpc, records, proxies, consul): 1 if it is well. Consul does not count for it.',
    labels: ['check'],
    of: ({ checks }) => Object.entries(checks).map(([check, { ok }]): Sample => [Number(ok), { check }]),
  },
  {
    name: 'covey_records_generation',
    help: "Consul's index of the newest record that the peer has read.",
    of: ({ newestRecord }) => one(newestRecord),
  },
  {
    name: 'covey_served_generation',
    help: "Consul's index of the newest record that the node's proxies serve.",
    of: ({ told }) => one(told.serving?.generation),
  },
  {
    name: 'covey_routes_behind_seconds',
    help: 'How long the newest records have been waiting for the proxies to serve them; 0: they do.',
    of: ({ now, behindSince }) => one(behindSince === undefined ? 0 : Math.max(0, now - behindSince) / 1_000),
  },
  {
    name: 'covey_quarantined',
    help: "1 for each part of an app that this node's proxies refuse (record, caddy, haproxy, swarm).",
    labels: ['app', 'part'],
    of: ({ told }) => told.quarantines.map(({ app, part }): Sample => [1, { app, part }]),
  },
  {
    name: 'covey_containers',
    help: "Containers of the apps on this node, by Docker's state and health (none: no healthcheck).",
    labels: ['app', 'state', 'health'],
    of: ({ told }) =>
      counted(told.containers.map(({ app, state, health }) => ({ app, state, health: health || 'none' }))),
  },
  {
    name: 'covey_service_running',
    help: 'Whether a service that belongs on this node runs there, or has done its work: 1; 0: it has ended, or is not there.',
    labels: ['app', 'service'],
    of: ({ services }) => services.map(({ app, service, runs }): Sample => [Number(runs), { app, service }]),
  },
  {
    name: 'covey_container_restarts',
    help: 'How often Docker has restarted the containers of a service since they were made.',
    labels: ['app', 'service'],
    of: ({ told }) =>
      [...Map.groupBy(told.containers, ({ app, service }) => JSON.stringify({ app, service })).values()].map(
        (same): Sample => {
          const { app = '', service = '' } = same[0] ?? {};
          return [same.reduce((sum, { restarts }) => sum + restarts, 0), { app, service }];
        },
      ),
  },
  {
    name: 'covey_replication_lag_seconds',
    help: 'How old the state is that the slave has of a volume; only on its master, and not before the first replication.',
    labels: ['app', 'volume'],
    of: (picture) =>
      sent(picture)
        .filter(({ replicatedAt }) => replicatedAt > 0)
        .map(({ replicatedAt, labels }): Sample => [Math.max(0, picture.now - replicatedAt) / 1_000, labels]),
  },
  {
    name: 'covey_replication_interval_seconds',
    help: 'How often a volume is to be replicated; only on its master.',
    labels: ['app', 'volume'],
    of: (picture) => sent(picture).map(({ intervalMs, labels }): Sample => [intervalMs / 1_000, labels]),
  },
  {
    name: 'covey_replication_failed',
    help: '1: the last replication of a volume failed. Only on its master.',
    labels: ['app', 'volume'],
    of: (picture) =>
      sent(picture).map(({ replicationError, labels }): Sample => [Number(replicationError !== ''), labels]),
  },
  {
    name: 'covey_volume_snapshots',
    help: 'Snapshots that this node has of a replicated volume.',
    labels: ['app', 'volume'],
    of: ({ told }) => told.volumes.map(({ app, volume, snapshots }): Sample => [snapshots, { app, volume }]),
  },
  {
    name: 'covey_volume_diverged_snapshots',
    help: 'Those of them that hold data which the new master never had.',
    labels: ['app', 'volume'],
    of: ({ told }) =>
      told.volumes.map(({ app, volume, diverged }): Sample => [diverged.length, { app, volume }]),
  },
  {
    name: 'covey_peer_reached',
    help: 'Whether this node reaches the peer of another one by gossip: 1, or 0 from the second failure in a row.',
    labels: ['peer'],
    of: ({ told }) => told.reach.map(({ node: peer, reached }): Sample => [Number(reached), { peer }]),
  },
  {
    name: 'covey_load1',
    help: "The machine's load, averaged over a minute.",
    of: ({ told }) => one(told.load?.load),
  },
  { name: 'covey_cpus', help: 'Its processors.', of: ({ told }) => one(told.load?.cpus) },
  { name: 'covey_memory_bytes', help: 'Its memory.', of: ({ told }) => one(told.load?.memoryBytes) },
  {
    name: 'covey_memory_available_bytes',
    help: 'Memory that programs can still get.',
    of: ({ told }) => one(told.load?.memoryAvailableBytes),
  },
  {
    name: 'covey_store_bytes',
    help: 'Size of the file system of volumes and snapshots.',
    of: ({ told }) => one(told.load?.storeBytes),
  },
  {
    name: 'covey_store_free_bytes',
    help: 'What is free of it.',
    of: ({ told }) => one(told.load?.storeFreeBytes),
  },
  {
    name: 'covey_certificate_end_timestamp_seconds',
    help: "When the node's certificate expires, in unix time.",
    of: ({ certificateEnds }) => one(certificateEnds === undefined ? undefined : certificateEnds / 1_000),
  },
];

/** Gauges that are set anew at each scrape, so that what is there no more is told no more. */
export function showNode(registry: Registry, look: () => Picture): void {
  for (const { name, help, labels = [], of } of definitions) {
    new Gauge({
      name,
      help,
      labelNames: [...labels],
      registers: [registry],
      collect() {
        this.reset();
        // A gauge without labels would start from 0, which nobody has measured.
        if (labels.length === 0) this.remove();
        for (const [value, its = {}] of of(look())) this.set(its, value);
      },
    });
  }
}
