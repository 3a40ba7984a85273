import type { Registry } from 'prom-client';
import type { Observer } from '../handlers/observer.ts';
import type { WatchCall } from '../rpc/handler.ts';
import { countGossip } from './gossip.ts';
import { type Picture, showNode } from './node.ts';
import { countOperations } from './operations.ts';
import { createRegistry } from './registry.ts';
import { watchCalls } from './rpc.ts';

/** All metrics of a peer, and who has to be told what for them. */
export interface Metrics {
  registry: Registry;
  watchCall: WatchCall;
  operations: Observer;
  gossip: ReturnType<typeof countGossip>;
}

/** @param look is called at each scrape */
export function createMetrics(version: string, look: () => Picture): Metrics {
  const registry = createRegistry(version);
  const watchCall = watchCalls(registry);
  const operations = countOperations(registry);
  const gossip = countGossip(registry);
  showNode(registry, look);
  return { registry, watchCall, operations, gossip };
}
