import { describe, expect, it } from 'vitest';
import { createServed } from '../../../src/proxy/served.ts';
import type { View } from '../../../src/proxy/view.ts';

const view = (apps: Record<string, number>): View => ({
  apps: Object.entries(apps).map(([name, index]) => ({ name, index, error: 'not read here' })),
  maintenance: new Set(),
  members: [],
});
const forever = new AbortController().signal;

describe('served', () => {
  it('answers those who wait once their generation is applied, and not before', async () => {
    const served = createServed();
    let answered = false;
    const waiting = served.await('a', 7, forever).then(() => {
      answered = true;
    });
    served.applied(view({ a: 6 }), []);
    await Promise.resolve();
    expect(answered).toBe(false);
    served.applied(view({ a: 8 }), []);
    await waiting;
  });

  it('counts a hold as well as the record, but an open one only with the record of its commit', async () => {
    const served = createServed();
    const hold = { node: 'n2', from: 'n1', operation: 'r', state: 'held' as const, index: 7 };
    const open = { ...hold, state: 'open' as const, index: 9 };
    served.applied({ ...view({ a: 5 }), holds: new Map([['a', hold]]) }, []);
    expect(await served.await('a', 7, forever)).toBe('');
    let isServed = false;
    const waiting = served.await('a', 9, forever).then(() => {
      isServed = true;
    });
    served.applied({ ...view({ a: 5 }), holds: new Map([['a', open]]) }, []);
    await Promise.resolve();
    expect(isServed).toBe(false);
    served.applied({ ...view({ a: 9 }), holds: new Map([['a', open]]) }, []);
    await waiting;
  });

  it('says what was refused', async () => {
    const served = createServed();
    served.applied(view({ a: 7, b: 7 }), [{ app: 'a', part: 'caddy', error: 'unknown directive' }]);
    expect(await served.await('a', 7, forever)).toBe('unknown directive');
    expect(await served.await('b', 7, forever)).toBe('');
  });

  it('takes generation 0 for "the record is gone", and only from a view', async () => {
    const served = createServed();
    const waiting = served.await('a', 0, forever);
    served.applied(view({ a: 3 }), []);
    served.applied(view({}), []);
    expect(await waiting).toBe('');
  });

  it('ends with the signal', async () => {
    const controller = new AbortController();
    const waiting = createServed().await('a', 1, controller.signal);
    controller.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
  });
});
