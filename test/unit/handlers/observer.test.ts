import { describe, expect, it } from 'vitest';
import { CoveyError } from '../../../src/errors.ts';
import { announce } from '../../../src/handlers/announce.ts';
import { joinObservers, type OperationEvent } from '../../../src/handlers/observer.ts';

const request = {
  app: 'shop',
  kind: 'deploy' as const,
  requestId: 'r1',
  by: 'alice',
  looksOnly: false,
  givesUpMaster: false,
};
const about = { app: 'shop', requestId: 'r1', by: 'alice' };
const release = (master: string) => ({ master }) as never;
const draft = (from?: string, to?: string) =>
  ({ ...(from && { from: release(from) }), ...(to && { to: release(to) }) }) as never;

function listen() {
  const heard: OperationEvent[] = [];
  return { heard, observer: { operation: (event: OperationEvent) => void heard.push(event) } };
}

describe('an operation', () => {
  it.each([
    ['a first deploy', {}, draft(undefined, 'n1'), 'deploy', 'deploy'],
    ['a redeploy', {}, draft('n1', 'n1'), 'deploy', 'deploy'],
    ['a move', {}, draft('n1', 'n2'), 'deploy', 'move'],
    ['a takeover', { givesUpMaster: true }, draft('n1', 'n2'), 'takeover', 'takeover'],
    ['a destroy', { kind: 'destroy' as const }, draft('n1'), 'destroy', 'destroy'],
  ])('tells of %s when it begins and when it is done', (_name, more, its, begins, ends) => {
    const { heard, observer } = listen();
    announce(observer, { ...request, ...more })(undefined, its);
    expect(heard).toEqual([
      { ...about, kind: begins, phase: 'started' },
      { ...about, kind: ends, phase: 'done', durationMs: expect.any(Number) },
    ]);
  });

  it.each([
    ['failed', new CoveyError('failed', 'It went wrong.')],
    ['cancelled', new CoveyError('cancelled', 'Nobody wants it.')],
  ])('tells that it has %s, and why', (phase, error) => {
    const { heard, observer } = listen();
    announce(observer, request)(error, draft());
    expect(heard[1]).toEqual({ ...about, kind: 'deploy', phase, error, durationMs: expect.any(Number) });
  });

  it('that only looks tells nothing', () => {
    const { heard, observer } = listen();
    announce(observer, { ...request, looksOnly: true })(undefined, draft());
    expect(heard).toEqual([]);
  });
});

it('what one observer throws is logged, and the others are told', async () => {
  const { heard, observer } = listen();
  const warnings: string[] = [];
  const broken = {
    operation: () => {
      throw new Error('no memory');
    },
  };
  const rejecting = { operation: async () => Promise.reject(new Error('no network')) };
  const joined = joinObservers([broken, rejecting, observer], {
    warn: (text: unknown) => void warnings.push(String(text)),
  });
  joined.operation({ ...about, kind: 'deploy', phase: 'started' });
  await expect.poll(() => warnings.length).toBe(2);
  expect(warnings).toEqual([
    'What was to be told of shop is not: no memory',
    'What was to be told of shop is not: no network',
  ]);
  expect(heard).toHaveLength(1);
});
