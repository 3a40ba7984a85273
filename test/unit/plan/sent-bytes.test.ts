import { expect, test } from 'vitest';
import { sentBytes } from '../../../src/plan/sent-bytes.ts';
import { newSteps } from '../../../src/plan/step-list.ts';
import type { Action } from '../../../src/plan/steps.ts';

test('what all steps sent is counted, and one that failed after the commit counts as none', () => {
  const steps = newSteps('node3');
  const send = (rounds: number): Action => ({ kind: 'send', volumes: ['a'], to: 'node2', rounds });
  steps.add('node1', 'send a first copy', send(5), 'first');
  steps.add('node1', 'send the rest', send(1));
  steps.add('node1', 'clear', { kind: 'inspect', folder: '/deploy/a', project: 'a', commit: 'c' });
  const plan = { app: 'shop', operation: 'deploy' as const, steps: steps.list, warnings: [] };
  const results = new Map<string, unknown>([
    ['send-first@node1', { snapshots: { a: 'a@1' }, bytes: 1000 }],
    ['inspect@node1', { bytes: 5 }],
  ]);
  expect(sentBytes(plan, results)).toBe(1000);
  results.set('send@node1', { snapshots: { a: 'a@2' }, bytes: 24 });
  expect(sentBytes(plan, results)).toBe(1024);
});
