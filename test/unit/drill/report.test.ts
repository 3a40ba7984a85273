import { expect, test } from 'vitest';
import { newRecorder, type Sample } from '../../../src/drill/report.ts';

const sample = (more: Partial<Sample>): Sample => ({
  ...{ phase: 'redeploy', node: 'node1', way: 'http, new connection', at: 0, wait: 1, retried: false },
  ...more,
});

test('a summary is of one phase, or of all', () => {
  const recorder = newRecorder(['node1', 'node2']);
  for (let wait = 1; wait <= 200; wait++) recorder.add(sample({ wait }));
  recorder.add(sample({ phase: 'there', wait: 2000.4, node: 'node2', retried: true }));
  recorder.add(sample({ phase: 'there', wait: 3, node: 'node2', problem: '503 instead of 200' }));
  expect(recorder.summary('redeploy')).toEqual({
    ...{ requests: 200, failed: 0, retried: 0, p99Ms: 198, longestMs: 200 },
  });
  expect(recorder.summary('there')).toEqual({
    ...{ requests: 2, failed: 1, retried: 1, p99Ms: 2000, longestMs: 2000 },
  });
  expect(recorder.summary()).toEqual({ requests: 202, failed: 1, retried: 1, p99Ms: 199, longestMs: 2000 });
  expect(recorder.summary('back')).toEqual({ requests: 0, failed: 0, retried: 0, p99Ms: 0, longestMs: 0 });
  expect(recorder.nodes()).toEqual([
    { node: 'node1', requests: 200, failed: 0 },
    { node: 'node2', requests: 2, failed: 1 },
  ]);
});

test('the first failures are told, by when they began', () => {
  const recorder = newRecorder([]);
  for (let at = 30; at > 0; at--) recorder.add(sample({ at: at + 0.4, problem: `at ${at}` }));
  const failures = recorder.failures();
  expect(failures.map(({ problem }) => problem)).toEqual(Array.from({ length: 10 }, (_, i) => `at ${i + 1}`));
  expect(failures[0]).toEqual({
    ...{ atMs: 1, phase: 'redeploy', node: 'node1', way: 'http, new connection', problem: 'at 1' },
  });
  expect(recorder.nodes()).toEqual([{ node: 'node1', requests: 30, failed: 30 }]);
});
