import { expect, it } from 'vitest';
import { CoveyError } from '../../../src/errors.ts';
import { announce, joinObservers, type OperationEvent } from '../../../src/handlers/observer.ts';

const request = {
  app: 'shop',
  kind: 'deploy',
  requestId: 'r1',
  by: 'alice',
  looksOnly: false,
  givesUpMaster: false,
} as const;
const draft = { operation: 'deploy', by: 'alice', begun: 1 };

function makeObserver() {
  const events: OperationEvent[] = [];
  return { events, observer: { operation: (event: OperationEvent) => void events.push(event) } };
}

it('an operation is told when it begins and when it has ended, with how it did', () => {
  const { events, observer } = makeObserver();
  announce(observer, request)(undefined, draft);
  announce(observer, request)(new CoveyError('failed', 'no image'), draft);
  announce(observer, request)(new CoveyError('cancelled', 'Ctrl-C'), draft);
  const about = { app: 'shop', kind: 'deploy', requestId: 'r1', by: 'alice' };
  expect(events).toMatchObject([
    { ...about, phase: 'started' },
    { ...about, phase: 'done', durationMs: expect.any(Number) },
    { phase: 'started' },
    { ...about, phase: 'failed', error: { message: 'no image' } },
    { phase: 'started' },
    { phase: 'cancelled' },
  ]);
});

it('a deploy that went elsewhere is a move, one from the replica a takeover', () => {
  const { events, observer } = makeObserver();
  const places = { from: { master: 'node1', slave: null }, to: { master: 'node2', slave: null } };
  announce(observer, request)(undefined, { ...draft, ...places });
  announce(observer, { ...request, givesUpMaster: true })(undefined, { ...draft, ...places });
  // One that is destroyed as lost is given up too, and no takeover.
  announce(observer, { ...request, kind: 'destroy', givesUpMaster: true })(undefined, draft);
  expect(events.map(({ kind, phase }) => `${kind} ${phase}`)).toEqual([
    'deploy started',
    'move done',
    'takeover started',
    'takeover done',
    'destroy started',
    'destroy done',
  ]);
});

it('who only looks has nothing to tell', () => {
  const { events, observer } = makeObserver();
  announce(observer, { ...request, looksOnly: true })(undefined, draft);
  expect(events).toEqual([]);
});

it('an observer that fails touches neither the others nor the operation', async () => {
  const { events, observer } = makeObserver();
  const logged = Promise.withResolvers<string>();
  const broken = {
    operation: () => {
      throw new Error('full');
    },
  };
  const both = joinObservers([broken, observer], {
    warn: ((message: string) => logged.resolve(message)) as never,
  });
  both.operation({ ...request, phase: 'started' });
  expect(await logged.promise).toBe('What was to be told of shop is not: full');
  expect(events).toHaveLength(1);
});
