import type { AppRecord } from '../../../src/app/record.ts';
import { parseRecord } from '../../../src/app/record.ts';
import type { NodeStatus } from '../../../src/generated/covey/v1/NodeStatus.ts';

export const HOUR = 3_600_000;
export const NOW = Date.UTC(2026, 0, 2, 12);

export const record = (more: Partial<AppRecord> = {}): AppRecord => ({
  ...parseRecord('x', JSON.stringify({ repo_url: 'r', branch: 'b', master: 'node1', slave: 'node2' })),
  deploy_date: '2026-01-02T090000.000000',
  volumes: ['db'],
  ...more,
});
export const app = (more: Partial<AppRecord> = {}) => ({ name: 'shop', index: 1, record: record(more) });

export const onMaster = {
  volume: 'db',
  app: 'shop',
  newest: 'db@new',
  newestAt: NOW - HOUR / 2,
  replicatedTo: 'node2',
  replicatedAt: NOW - HOUR / 4,
  replicationError: '',
};
export const onSlave = { volume: 'db', app: 'shop', newest: 'db@old', newestAt: NOW - HOUR, diverged: [] };
export const node = (name: string, volume?: object): NodeStatus => ({
  name,
  reachable: true,
  volumes: volume ? [volume] : [],
});
export const both = [node('node1', onMaster), node('node2', onSlave)];
