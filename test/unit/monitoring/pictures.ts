import { checksOf } from '../../../src/monitoring/checks.ts';
import type { Picture } from '../../../src/monitoring/node.ts';

const NOW = 1_700_000_000_000;

const web = {
  ...{ app: 'shop', service: 'web', name: 'shop_web_1', state: 'running', health: 'healthy' },
  ...{ restarts: 0, down: false, oneOff: false },
};

/** A node that is well, with one of everything. */
export const well: Picture = {
  now: NOW,
  told: {
    peer: { version: '1.0.0', address: '10.0.0.1' },
    serving: { generation: 7 },
    load: {
      load: 0.5,
      cpus: 2,
      memoryBytes: 4_000,
      memoryAvailableBytes: 3_000,
      storeBytes: 100_000,
      storeFreeBytes: 60_000,
    },
    containers: [
      { ...web, restarts: 1 },
      { ...web, name: 'shop_web_2', restarts: 2 },
      { ...web, service: 'db', name: 'shop_db_1', state: 'exited', health: '', down: true },
    ],
    quarantines: [{ app: 'blog', part: 'caddy', error: 'no such directive' }],
    volumes: [
      {
        volume: 'shop_data',
        app: 'shop',
        live: true,
        snapshots: 3,
        newest: 'shop_data@1',
        newestAt: NOW - 90_000,
        diverged: ['shop_data@0+diverged'],
        replicatedTo: 'node2',
        replicatedAt: NOW - 90_000,
        intervalMs: 60_000,
        replicationError: 'node2 does not answer',
      },
    ],
    reach: [
      { node: 'node2', reached: true, since: 1 },
      { node: 'node3', reached: false, since: 1 },
    ],
  },
  services: [
    { app: 'shop', service: 'web', runs: true },
    { app: 'shop', service: 'db', runs: false },
  ],
  newestRecord: 8,
  behindSince: NOW - 2_500,
  certificateEnds: NOW + 1_000,
  checks: checksOf({
    now: NOW,
    isServing: true,
    hasRecords: true,
    hasApplied: true,
    behindSince: NOW - 2_500,
    consulAnswers: false,
  }),
};

/** One that has just started. */
export const empty: Picture = {
  now: NOW,
  told: { containers: [], quarantines: [], volumes: [], reach: [] },
  services: [],
  newestRecord: undefined,
  behindSince: undefined,
  certificateEnds: undefined,
  checks: well.checks,
};
