import { describe, expect, it } from 'vitest';
import { createMetrics } from '../../../src/monitoring/metrics.ts';
import type { Picture } from '../../../src/monitoring/node.ts';
import { empty, well } from './pictures.ts';

/** The samples whose names begin so, as Prometheus reads them. */
async function scrape(metrics: ReturnType<typeof createMetrics>, prefix: string): Promise<string[]> {
  const text = await metrics.registry.metrics();
  return text.split('\n').filter((line) => line.startsWith(prefix));
}

const metricsAt = (look: () => Picture) => createMetrics('1.2.3', look);

describe("a node's state", () => {
  it.each([
    [
      'covey_check_ok',
      ['{check="grpc"} 1', '{check="records"} 1', '{check="proxies"} 1', '{check="consul"} 0'],
    ],
    ['covey_records_generation', [' 8']],
    ['covey_served_generation', [' 7']],
    ['covey_routes_behind_seconds', [' 2.5']],
    ['covey_quarantined', ['{app="blog",part="caddy"} 1']],
    [
      'covey_containers',
      ['{app="shop",state="running",health="healthy"} 2', '{app="shop",state="exited",health="none"} 1'],
    ],
    ['covey_service_running', ['{app="shop",service="web"} 1', '{app="shop",service="db"} 0']],
    ['covey_container_restarts', ['{app="shop",service="web"} 3', '{app="shop",service="db"} 0']],
    ['covey_replication_lag_seconds', ['{app="shop",volume="shop_data"} 90']],
    ['covey_replication_interval_seconds', ['{app="shop",volume="shop_data"} 60']],
    ['covey_replication_failed', ['{app="shop",volume="shop_data"} 1']],
    ['covey_volume_snapshots', ['{app="shop",volume="shop_data"} 3']],
    ['covey_volume_diverged_snapshots', ['{app="shop",volume="shop_data"} 1']],
    ['covey_peer_reached', ['{peer="node2"} 1', '{peer="node3"} 0']],
    ['covey_load1', [' 0.5']],
    ['covey_store_free_bytes', [' 60000']],
    ['covey_certificate_end_timestamp_seconds', [' 1700000001']],
    ['covey_build_info', ['{version="1.2.3"} 1']],
  ])('is told by %s', async (name, values) => {
    expect(
      await scrape(
        metricsAt(() => well),
        name,
      ),
    ).toEqual(values.map((value) => `${name}${value}`));
  });

  it('is not there while nothing has been told, and no longer once it has gone', async () => {
    let picture = empty;
    const metrics = metricsAt(() => picture);
    const names = ['covey_served', 'covey_load1', 'covey_quarantined', 'covey_certificate', 'covey_records'];
    const all = async () => (await Promise.all(names.map((name) => scrape(metrics, name)))).flat();
    expect(await all()).toEqual([]);
    picture = well;
    expect(await all()).toHaveLength(5);
    picture = empty;
    expect(await all()).toEqual([]);
  });

  it('has no lag for a volume that was never replicated, nor for one that is not sent', async () => {
    const [volume] = well.told.volumes;
    if (!volume) return expect.unreachable();
    for (const more of [{ replicatedAt: 0 }, { replicatedTo: '' }, { intervalMs: 0 }]) {
      const picture = { ...well, told: { ...well.told, volumes: [{ ...volume, ...more }] } };
      expect(
        await scrape(
          metricsAt(() => picture),
          'covey_replication_lag_seconds',
        ),
      ).toEqual([]);
    }
  });
});

it('operations are counted and timed by kind and outcome', async () => {
  const metrics = metricsAt(() => empty);
  const about = { app: 'shop', requestId: 'r1', by: 'alice' };
  expect(await scrape(metrics, 'covey_operations_total{kind="move",outcome="failed"}')).toEqual([
    'covey_operations_total{kind="move",outcome="failed"} 0',
  ]);
  await metrics.operations.operation({ ...about, kind: 'deploy', phase: 'started' });
  expect(await scrape(metrics, 'covey_operations_running')).toEqual(['covey_operations_running 1']);
  await metrics.operations.operation({ ...about, kind: 'move', phase: 'failed', durationMs: 2_000 });
  expect(await scrape(metrics, 'covey_operations_running')).toEqual(['covey_operations_running 0']);
  expect(await scrape(metrics, 'covey_operations_total{kind="move",outcome="failed"}')).toEqual([
    'covey_operations_total{kind="move",outcome="failed"} 1',
  ]);
  expect(await scrape(metrics, 'covey_operation_duration_seconds_sum')).toEqual([
    'covey_operation_duration_seconds_sum{kind="move",outcome="failed"} 2',
  ]);
});

it('gossip is counted', async () => {
  const { gossip, ...metrics } = metricsAt(() => empty);
  gossip.conversations([]);
  gossip.conversations([{ node: 'node2' }, { node: 'node3', error: new Error('refused') }]);
  gossip.heard({ kind: 'news' });
  expect(await scrape({ gossip, ...metrics }, 'covey_gossip')).toEqual([
    'covey_gossip_rounds_total 1',
    'covey_gossip_conversations_total{outcome="answered"} 1',
    'covey_gossip_conversations_total{outcome="failed"} 1',
    'covey_gossip_messages_received_total{kind="syn"} 0',
    'covey_gossip_messages_received_total{kind="deltas"} 0',
    'covey_gossip_messages_received_total{kind="news"} 1',
  ]);
});

it("Node's own metrics are there, the event loop's lag too", async () => {
  expect(
    await scrape(
      metricsAt(() => empty),
      'nodejs_eventloop_lag_p99_seconds',
    ),
  ).toHaveLength(1);
});
