import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';

/** Upper bounds of a duration's buckets, in seconds: calls take milliseconds, moves of much data hours. */
export const BUCKETS = {
  call: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60],
  operation: [1, 2.5, 5, 10, 30, 60, 180, 600, 1_800, 7_200],
} as const;

/** A registry of this process alone, with what Node tells of itself: CPU, memory, garbage, the event loop's lag. */
export function createRegistry(version: string): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  new Gauge({
    name: 'covey_build_info',
    help: 'Always 1; the label says which version of covey the peer is of.',
    labelNames: ['version'],
    registers: [registry],
  }).set({ version }, 1);
  return registry;
}
