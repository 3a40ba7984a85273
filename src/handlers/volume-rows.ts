import { parseDeployDate } from '../app/dates.ts';
import { replicateEvery } from '../app/schedules.ts';
import { formatDuration } from '../durations.ts';
import type { NodeStatus } from '../generated/covey/v1/NodeStatus.ts';
import type { Volume } from '../generated/covey/v1/Volume.ts';
import type { VolumeStatus } from '../generated/covey/v1/VolumeStatus.ts';
import type { Existing } from '../plan/deploy-input.ts';

/** As `Volume` of the proto file, with all of its fields. */
export interface Row extends Required<Volume> {
  app: string;
  master: string;
  slave: string;
  lastReplicatedAt: number;
  lagMs: number;
  intervalMs: number;
  diverged: { node: string; snapshot: string }[];
}

/** A replica that is this old at most, in milliseconds, is not late: a failed try is repeated within that time. */
const PATIENCE = 60_000;

/** One row for each replicated volume of the records, from what the nodes say of themselves. Times are unix ms. */
export function volumeRows(records: readonly Existing[], nodes: readonly NodeStatus[], now: number): Row[] {
  return records.flatMap((app) => app.record.volumes.map((volume) => rowOf(app, volume, nodes, now)));
}

function rowOf({ name, record }: Existing, volume: string, nodes: readonly NodeStatus[], now: number): Row {
  const { master, slave } = record;
  const on = (node: string | null) => held(nodes, node, volume);
  const away = !answers(nodes, master);
  const last = on(away ? slave : master);
  const sending = sendingOf(on(master), slave);
  const replicatedAt = slave === null ? 0 : Number((away ? last?.newestAt : sending?.replicatedAt) ?? 0);
  return {
    app: name,
    volume,
    master,
    slave: slave ?? '',
    lastSnapshot: last?.newest ?? '',
    lastSnapshotAt: Number(last?.newestAt ?? 0),
    lastReplicatedAt: replicatedAt,
    lagMs: replicatedAt === 0 ? -1 : Math.max(0, now - replicatedAt),
    intervalMs: replicateEvery(record, volume),
    error: sending?.replicationError ?? '',
    diverged: nodes.flatMap(({ name: node = '' }) =>
      (on(node)?.diverged ?? []).map((snapshot) => ({ node, snapshot })),
    ),
  };
}

/** What the master says of its sending to `slave`: one that has not seen the newest record speaks of another. */
function sendingOf(here: VolumeStatus | undefined, slave: string | null): VolumeStatus | undefined {
  return here?.replicatedTo === slave ? here : undefined;
}

function held(nodes: readonly NodeStatus[], node: string | null, volume: string): VolumeStatus | undefined {
  return nodes.find(({ name }) => name === node)?.volumes?.find((each) => each.volume === volume);
}

/** Compose does not make a volume that is declared and that no service uses. */
function wasNeverMade(here: VolumeStatus | undefined): boolean {
  return here?.live === false && here.snapshots === 0;
}

function answers(nodes: readonly NodeStatus[], node: string): boolean {
  return nodes.some(({ name, reachable }) => name === node && reachable === true);
}

/** What is wrong with replicas, one line each. */
export function replicationProblems(
  rows: readonly Row[],
  records: readonly Existing[],
  nodes: readonly NodeStatus[],
  now: number,
): string[] {
  return replicationTroubles(rows, records, nodes, now).map(({ text }) => text);
}

/**
 * The replicas with which something is wrong. Where the master does not answer nothing is known of its sending, and that it
 * does not answer is told already.
 */
export function replicationTroubles(
  rows: readonly Row[],
  records: readonly Existing[],
  nodes: readonly NodeStatus[],
  now: number,
): { row: Row; isLate: boolean; text: string }[] {
  const deployed = new Map(records.map(({ name, record }) => [name, parseDeployDate(record.deploy_date)]));
  return rows
    .filter(({ master, intervalMs }) => intervalMs > 0 && answers(nodes, master))
    .filter(({ master, volume }) => !wasNeverMade(held(nodes, master, volume)))
    .flatMap((row): { row: Row; isLate: boolean; text: string }[] => {
      const { app, volume, slave, intervalMs, lastReplicatedAt, error } = row;
      const never = lastReplicatedAt === 0;
      // A record without a readable date is an old one.
      const age = now - (never ? (deployed.get(app) ?? 0) : lastReplicatedAt);
      const what = `replication of ${volume} to ${slave}`;
      if (age <= Math.max(2 * intervalMs, PATIENCE))
        return error === '' ? [] : [{ row, isLate: false, text: `${what}: ${error}` }];
      const last = never ? 'never yet' : `last ${formatDuration(age)} ago`;
      const why = error === '' ? '' : `: ${error}`;
      const text = `${what} is late: ${last}, every ${formatDuration(intervalMs)}${why}`;
      return [{ row, isLate: true, text }];
    });
}

/** Data that somebody has to decide about, also of volumes that the present record no longer names. */
export function divergedNotices(nodes: readonly NodeStatus[]): string[] {
  return nodes.flatMap(({ name, volumes = [] }) =>
    volumes.flatMap(({ app, diverged = [] }) =>
      diverged.map(
        (snapshot) =>
          `${name} keeps data of ${app} that its master does not have: snapshot ${snapshot}. See docs/operations.md`,
      ),
    ),
  );
}
