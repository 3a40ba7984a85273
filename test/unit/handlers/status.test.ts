import { expect, it } from 'vitest';
import type { Quarantine } from '../../../src/generated/covey/v1/Quarantine.ts';
import type { Deps } from '../../../src/handlers/deps.ts';
import { status } from '../../../src/handlers/status.ts';

/** What `status` says of two nodes that tell these quarantines. */
const problems = async (quarantines: Quarantine[]) => {
  const deps = {
    kv: { list: async () => [] },
    members: async () =>
      ['n1', 'n2'].map((name) => ({ name, address: '10.0.0.1', state: 'alive', server: true })),
    nodes: { observe: async (name: string) => ({ name, reachable: true, quarantines }) },
    bounds: { observe: 1_000 },
  } as unknown as Deps;
  const call = { signal: new AbortController().signal } as Parameters<ReturnType<typeof status>>[1];
  return (await status(deps)({}, call)).problems;
};

it('tells once what is wrong with a swarm key, and of each node what its HAProxy refuses', async () => {
  expect(
    await problems([
      { app: 'swarm/a', part: 'swarm', error: 'swarm/a is not valid JSON' },
      { app: 'swarm/b', part: 'haproxy', error: 'no such option' },
    ]),
  ).toEqual([
    'swarm/b on n1: haproxy: no such option',
    'swarm/b on n2: haproxy: no such option',
    'swarm/a is not valid JSON',
  ]);
});
