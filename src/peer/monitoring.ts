import type { Config } from '../config/schema.ts';
import { servicesHere } from '../handlers/services.ts';
import type { Logger } from '../logger.ts';
import { checksOf } from '../monitoring/checks.ts';
import { createMetrics, type Metrics } from '../monitoring/metrics.ts';
import type { Picture } from '../monitoring/node.ts';
import { type MonitoringServer, serveMonitoring } from '../monitoring/server.ts';
import { type Told, toldBy } from '../observed/told.ts';
import type { Served } from '../rpc/server.ts';
import type { TlsMaterial } from '../rpc/tls.ts';
import type { NodeGossip } from './gossip.ts';
import type { Proxies } from './proxies.ts';

/** The parts of a peer that are looked at. They come after those that are counted, so they are given when all are there. */
interface Parts {
  gossip: Pick<NodeGossip, 'states' | 'consulAnswers'>;
  proxies: Pick<Proxies, 'view' | 'progress'>;
  server: Pick<Served, 'isServing'>;
}

/** What a peer counts, and how it is asked for it. */
export interface Monitoring extends Omit<Metrics, 'registry'> {
  /** Listens until it is closed. */
  serve(parts: Parts): Promise<MonitoringServer>;
}

const NOTHING: Told = { containers: [], quarantines: [], volumes: [], reach: [] };

export function createMonitoring(deps: {
  config: Pick<Config, 'node' | 'metrics' | 'insecure'>;
  tls: TlsMaterial | undefined;
  version: string;
  logger: Logger;
}): Monitoring {
  const { config, tls, version, logger } = deps;
  let parts: Parts | undefined;

  function look(): Picture {
    const now = Date.now();
    const state = parts?.gossip.states().get(config.node);
    const view = parts?.proxies.view();
    const { hasApplied, behindSince } = parts?.proxies.progress() ?? {
      hasApplied: false,
      behindSince: undefined,
    };
    const told = state ? toldBy(state) : NOTHING;
    return {
      now,
      told,
      // Before that its containers are not known.
      services: told.serving && view ? servicesHere(config.node, view.apps, told.containers) : [],
      newestRecord: view && Math.max(0, ...view.apps.map(({ index }) => index)),
      behindSince,
      certificateEnds: tls?.notAfter.getTime(),
      checks: checksOf({
        now,
        isServing: parts?.server.isServing() ?? false,
        hasRecords: view !== undefined,
        hasApplied,
        behindSince,
        consulAnswers: parts?.gossip.consulAnswers() ?? false,
      }),
    };
  }

  const { registry, ...counters } = createMetrics(version, look);
  return {
    ...counters,
    serve: (given) => {
      parts = given;
      return serveMonitoring({ config, tls, registry, checks: () => look().checks, logger });
    },
  };
}
