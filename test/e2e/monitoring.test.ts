import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  deploy,
  destroy,
  dropSnapshots,
  eventually,
  must,
  NODES,
  on,
  type PublishedApp,
  publish,
} from './support.ts';

const curl = (node: string, path: string) =>
  must(node, 'curl', '--silent', '--show-error', '--fail', `http://127.0.0.1:7702${path}`);

/** The value of one series on a node; undefined where it is not there. */
async function seriesOn(node: string, series: string): Promise<number | undefined> {
  const line = (await curl(node, '/metrics')).split('\n').find((each) => each.startsWith(`${series} `));
  return line === undefined ? undefined : Number(line.slice(series.length + 1));
}

describe('what a peer tells of itself', () => {
  let app: PublishedApp;
  beforeAll(async () => {
    app = await publish('measured');
  });
  afterAll(async () => {
    await destroy(app.http);
    await dropSnapshots(app);
  });

  it('is there on every node: health, readiness, metrics', async () => {
    for (const node of NODES) {
      expect(JSON.parse(await curl(node, '/healthz'))).toEqual({ healthy: true });
      const ready = await eventually(
        async () => (await on(node, ['curl', '--silent', 'http://127.0.0.1:7702/readyz'])).stdout,
        (body) => JSON.parse(body || '{}').ready === true,
        60_000,
      );
      expect(Object.keys(JSON.parse(ready).checks)).toEqual(['grpc', 'records', 'proxies', 'consul']);
      for (const other of NODES.filter((each) => each !== node))
        await eventually(
          () => seriesOn(node, `covey_peer_reached{peer="${other}"}`),
          (reached) => reached === 1,
          60_000,
        );
      expect(await seriesOn(node, 'covey_gossip_rounds_total')).toBeGreaterThan(0);
    }
  });

  it('counts a deploy on its coordinator, and shows the app on its master and the lag of its replica', async () => {
    const done = 'covey_operations_total{kind="deploy",outcome="done"}';
    const before = (await seriesOn('node1', done)) ?? 0;
    await deploy('node1', app.http, '--master', 'node2', '--slave', 'node3');
    expect(await seriesOn('node1', done)).toBe(before + 1);
    const labels = `app="${app.name}"`;
    await eventually(
      () => seriesOn('node2', `covey_containers{${labels},state="running",health="none"}`),
      (running) => running === 1,
      30_000,
    );
    await eventually(
      () => seriesOn('node2', `covey_replication_lag_seconds{${labels},volume="${app.project}_data"}`),
      (lag) => lag !== undefined,
      60_000,
    );
  });

  it('shows on its master alone whether a service runs', async () => {
    const series = `covey_service_running{app="${app.name}",service="web"}`;
    const becomes = (value: number) =>
      eventually(
        () => seriesOn('node2', series),
        (running) => running === value,
        30_000,
      );
    await becomes(1);
    expect(await seriesOn('node3', series)).toBeUndefined();
    await must('node2', 'docker', 'stop', `${app.project}-web-1`);
    await becomes(0);
    await must('node2', 'docker', 'start', `${app.project}-web-1`);
    await becomes(1);
  });
});
