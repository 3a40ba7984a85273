import { expect, it } from 'vitest';
import { createRevisions } from '../../../src/proxy/revisions.ts';
import type { View } from '../../../src/proxy/view.ts';

const view = (): View => ({ apps: [], maintenance: new Set(), members: [] });
const signal = () => AbortSignal.timeout(5_000);

it('what has changed is served with a view that has it, not with an older one', async () => {
  const revisions = createRevisions();
  const [before, after] = [view(), view()];
  revisions.mark(before);
  revisions.begin();
  let isServed = false;
  const waiting = revisions.served(signal()).then(() => {
    isServed = true;
  });
  revisions.applied(before);
  revisions.mark(after);
  await Promise.resolve();
  expect(isServed).toBe(false);
  revisions.applied(after);
  await waiting;
  // An older view that comes late takes nothing back.
  revisions.applied(before);
  await revisions.served(signal());
});

it('is waited for no longer than is asked', async () => {
  const revisions = createRevisions();
  revisions.begin();
  await expect(revisions.served(AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough');
});
