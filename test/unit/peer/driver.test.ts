import { expect, it } from 'vitest';
import { mountsAsGuarded } from '../../../src/peer/driver.ts';
import { createMountGuard } from '../../../src/plan/mounts.ts';
import type { View } from '../../../src/proxy/view.ts';
import { app, view } from './boot-node.ts';

const volumes = ['foo_data'];

/** Node n1, which has a provisional volume, by what it knows of the records. */
function node(known: View) {
  const state = { known };
  const guard = createMountGuard(
    'n1',
    () => state.known,
    () => false,
  );
  const mount = mountsAsGuarded({ provisional: async () => volumes }, guard);
  const tries = (volume: string) =>
    mount(volume).then(
      () => 'mounted',
      ({ message }: Error) => message,
    );
  return { state, guard, tries };
}

const NO_DATA = 'foo_data is no data yet: a move that has not ended puts its data there.';

it.each([
  ['by the record this node is the master', view(app('foo', 'n1', { volumes }))],
  ['no record names it any more', view()],
])('what is provisional is mounted by who made it alone, also where %s', async (_, known) => {
  const { guard, tries } = node(known);
  expect(await tries('foo_data')).toBe(NO_DATA);
  expect(await tries('foo_other')).toBe('mounted');
  guard.allow(volumes);
  expect(await tries('foo_data')).toBe('mounted');
  guard.revoke(volumes);
  expect(await tries('foo_data')).toBe(NO_DATA);
});

it('what was allowed is void with another record', async () => {
  const { state, guard, tries } = node(view(app('foo', 'n2', { volumes })));
  expect(await tries('foo_data')).toMatch('whose master is n2');
  guard.allow(volumes);
  expect(await tries('foo_data')).toBe('mounted');
  state.known = view({ ...app('foo', 'n1', { volumes }), index: 2 });
  expect(await tries('foo_data')).toBe(NO_DATA);
});
