import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { type Observer, OPERATION_KINDS } from '../handlers/observer.ts';
import { BUCKETS } from './registry.ts';

const OUTCOMES = ['done', 'failed', 'cancelled'] as const;

/** Counts and times the operations that this peer coordinates. No label for the app: a history of each is in Consul. */
export function countOperations(registry: Registry): Observer {
  const registers = [registry];
  const labelNames = ['kind', 'outcome'] as const;
  const running = new Gauge({
    name: 'covey_operations_running',
    help: 'Operations that this peer coordinates now.',
    registers,
  });
  const ended = new Counter({
    name: 'covey_operations_total',
    help: 'Operations that this peer has coordinated, by kind and outcome (done, failed, cancelled).',
    labelNames,
    registers,
  });
  const duration = new Histogram({
    name: 'covey_operation_duration_seconds',
    help: 'How long these operations took, from the lock of the app to the end.',
    labelNames,
    buckets: [...BUCKETS.operation],
    registers,
  });
  // So that the first failure is a step from 0 to 1, which `increase` sees.
  for (const kind of OPERATION_KINDS) for (const outcome of OUTCOMES) ended.inc({ kind, outcome }, 0);

  return {
    operation: ({ kind, phase, durationMs = 0 }) => {
      if (phase === 'started') return running.inc();
      running.dec();
      ended.inc({ kind, outcome: phase });
      duration.observe({ kind, outcome: phase }, durationMs / 1_000);
    },
  };
}
