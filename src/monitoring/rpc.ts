import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { WatchCall } from '../rpc/handler.ts';
import { BUCKETS } from './registry.ts';

/** Counts and times the calls that this peer serves. Only calls that there are get so far, so the labels are bounded. */
export function watchCalls(registry: Registry): WatchCall {
  const registers = [registry];
  const labelNames = ['service', 'method'] as const;
  const running = new Gauge({
    name: 'covey_rpc_running',
    help: 'Calls that this peer is answering now; those that follow something go on for hours.',
    labelNames,
    registers,
  });
  const calls = new Counter({
    name: 'covey_rpc_calls_total',
    help: 'Calls that this peer has answered, by the name of their gRPC status.',
    labelNames: [...labelNames, 'code'],
    registers,
  });
  const duration = new Histogram({
    name: 'covey_rpc_duration_seconds',
    help: 'How long these calls took.',
    labelNames,
    buckets: [...BUCKETS.call],
    registers,
  });
  return (path) => {
    const [, service = '', method = ''] = path.split('/');
    const labels = { service, method };
    running.inc(labels);
    const measured = duration.startTimer(labels);
    return (code) => {
      running.dec(labels);
      measured();
      calls.inc({ ...labels, code });
    };
  };
}
