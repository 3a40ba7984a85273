import type { Config } from '../../../src/config/schema.ts';
import type { Logger } from '../../../src/logger.ts';
import { createMetrics } from '../../../src/monitoring/metrics.ts';
import type { Picture } from '../../../src/monitoring/node.ts';
import { serveMonitoring } from '../../../src/monitoring/server.ts';
import type { TlsMaterial } from '../../../src/rpc/tls.ts';
import { well } from '../../unit/monitoring/pictures.ts';
import { createCleanup } from '../peer/support.ts';

export const cleanup = createCleanup();

/** What a peer says while it serves its metrics: level and text. */
export function listen() {
  const said: [level: 'warn' | 'error', text: string, hint?: string][] = [];
  const logger = {
    warn: (text: string) => said.push(['warn', text]),
    error: ({ hint }: { hint: string }, text: string) => said.push(['error', text, hint]),
  } as unknown as Logger;
  return { said, logger };
}

/** A real server of metrics on a free port, of a node that is well. */
export async function start(
  given: {
    metrics?: Partial<Config['metrics']>;
    insecure?: boolean;
    tls?: TlsMaterial;
    picture?: Picture;
    logger?: Logger;
  } = {},
) {
  const { insecure = false, tls, picture = well, logger = listen().logger } = given;
  const metrics = createMetrics('1.2.3', () => picture);
  const server = await serveMonitoring({
    config: { metrics: { enabled: true, host: '127.0.0.1', port: 0, ...given.metrics }, insecure },
    tls,
    registry: metrics.registry,
    checks: () => picture.checks,
    logger,
  });
  cleanup.add(server.close);
  return { ...server, metrics, url: `http://127.0.0.1:${server.port}` };
}
