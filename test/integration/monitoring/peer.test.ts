import { afterEach, expect, test } from 'vitest';
import { createMonitoring } from '../../../src/peer/monitoring.ts';
import { readApp } from '../../../src/proxy/view.ts';
import { createCleanup, logger } from '../peer/support.ts';

const cleanup = createCleanup();
afterEach(() => cleanup.run());

test('a peer is asked for what it tells by gossip, and for how far its proxies are', async () => {
  const monitoring = createMonitoring({
    config: { node: 'node1', metrics: { enabled: true, host: '127.0.0.1', port: 0 }, insecure: false },
    tls: undefined,
    version: '1.2.3',
    logger,
  });
  const stamp = { node: 'node1', incarnation: 1, version: 1, floor: 0, goneAt: 0 };
  const entries = [{ key: 'serving', version: 1, value: '{"generation":7}' }];
  const record = JSON.stringify({ repo_url: 'r', branch: 'b', master: 'node1', ct: { web: 'shop-web-1' } });
  let hasApplied = false;
  const server = await monitoring.serve({
    gossip: { states: () => new Map([['node1', { stamp, entries }]]), consulAnswers: () => true },
    proxies: {
      view: () => ({ apps: [readApp('shop', record, 6)], maintenance: new Set(), members: [] }),
      progress: () => ({ hasApplied, behindSince: undefined }),
    },
    server: { isServing: () => true },
  });
  cleanup.add(server.close);
  const ask = (path: string) => fetch(`http://127.0.0.1:${server.port}${path}`);

  expect((await ask('/readyz')).status).toBe(503);
  hasApplied = true;
  expect((await ask('/readyz')).status).toBe(200);
  const body = await (await ask('/metrics')).text();
  for (const line of [
    'covey_served_generation 7',
    'covey_records_generation 6',
    'covey_check_ok{check="grpc"} 1',
    'covey_service_running{app="shop",service="web"} 0',
  ])
    expect(body).toContain(`\n${line}\n`);
});
