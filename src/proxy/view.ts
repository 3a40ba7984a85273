import { isIP } from 'node:net';
import { parseHold } from '../app/hold.ts';
import { APP_PREFIX, HOLD_PREFIX, MAINTENANCE_PREFIX } from '../app/keys.ts';
import { type AppRecord, parseRecord } from '../app/record.ts';
import { parseSwarm, type SwarmKey, swarmKeyOf } from '../app/swarm.ts';
import type { KvEntry } from '../consul/kv.ts';
import type { Member } from '../consul/members.ts';
import { asCoveyError } from '../errors.ts';
import { isIdentifier } from '../render/haproxy/line.ts';
import type { BalanceState } from './balance.ts';
import type { ViewedHold } from './cutover/standing.ts';
import type { StandIns } from './stand-ins.ts';

/** One app as its record says, or why its record cannot be read. */
export type ViewedApp = { name: string; index: number } & ({ record: AppRecord } | { error: string });

/** One swarm key as it is written, or why it cannot be read. */
type ViewedSwarm = { key: string; index: number } & ({ value: SwarmKey } | { error: string });

/** All that the routes of a node follow from. */
export interface View {
  apps: ViewedApp[];
  /** Names of the apps in maintenance. */
  maintenance: ReadonlySet<string>;
  members: readonly Pick<Member, 'name' | 'address'>[];
  /** Absent: none. */
  swarm?: ViewedSwarm[];
  /** What this node knows better than the records of apps that run on several nodes, by app. */
  balance?: ReadonlyMap<string, BalanceState>;
  /** What stands in on this node for containers of apps, by app. Absent: nothing. */
  standIns?: ReadonlyMap<string, StandIns>;
  /** By the app's name. Absent: none. */
  holds?: ReadonlyMap<string, ViewedHold>;
}

/** The raw entries of a view, as they are kept on disk for the time without Consul. */
export interface Sources {
  apps: readonly Pick<KvEntry, 'key' | 'value' | 'modifyIndex'>[];
  maintenance: readonly string[];
  members: readonly Pick<Member, 'name' | 'address'>[];
  /** Absent in what an older version kept: none. */
  swarm?: readonly Pick<KvEntry, 'key' | 'value' | 'modifyIndex'>[] | undefined;
  /** As `swarm`. */
  holds?: readonly Pick<KvEntry, 'key' | 'value' | 'modifyIndex'>[] | undefined;
}

/** @param read gives an app of its name, value and index */
export function viewOf(sources: Sources, read = readApp): View {
  const apps = readApps(sources.apps, read);
  return {
    apps,
    maintenance: new Set(sources.maintenance.map((key) => key.slice(MAINTENANCE_PREFIX.length))),
    members: withMasters(sources.members, apps),
    swarm: (sources.swarm ?? []).flatMap(({ key: path, value, modifyIndex }) => {
      const key = swarmKeyOf(path);
      return key === undefined ? [] : [readSwarm(key, value, modifyIndex)];
    }),
    holds: new Map((sources.holds ?? []).flatMap(readHold)),
  };
}

/** What cannot be read holds nothing. */
function readHold({ key, value, modifyIndex }: Sources['apps'][number]): [string, ViewedHold][] {
  const hold = parseHold(value);
  return hold === undefined ? [] : [[key.slice(HOLD_PREFIX.length), { ...hold, index: modifyIndex }]];
}

/** What the entries below `app/` say; the folder itself, as Consul's web page makes it, is none. */
export function readApps(entries: Sources['apps'], read = readApp): ViewedApp[] {
  return entries.flatMap(({ key, value, modifyIndex }) => {
    const name = key.slice(APP_PREFIX.length);
    return name ? [read(name, value, modifyIndex)] : [];
  });
}

/** A node that boots hears of the other members one by one; the masters of apps it knows from their records at once. */
function withMasters(members: View['members'], apps: readonly ViewedApp[]): View['members'] {
  const known = new Map(members.map(({ name, address }) => [name, address]));
  for (const app of apps) {
    if (!('record' in app)) continue;
    const { master, ip } = app.record;
    // what is no node and no address is that app's own fault, and no part of the view of others
    if (!known.has(master) && isIP(ip) !== 0 && isIdentifier(master)) known.set(master, ip);
  }
  return [...known].map(([name, address]) => ({ name, address }));
}

export function readApp(name: string, value: string, index: number): ViewedApp {
  try {
    return { name, index, record: parseRecord(name, value) };
  } catch (thrown) {
    return { name, index, error: asCoveyError(thrown).message };
  }
}

function readSwarm(key: string, value: string, index: number): ViewedSwarm {
  try {
    return { key, index, value: parseSwarm(key, value) };
  } catch (thrown) {
    return { key, index, error: asCoveyError(thrown).message };
  }
}
