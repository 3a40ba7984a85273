import { expect, it } from 'vitest';
import type { Entry, NodeState } from '../../../src/gossip/node-state.ts';
import { createTeller } from '../../../src/observed/entries.ts';
import { toldBy } from '../../../src/observed/told.ts';

const stateOf = (entries: Record<string, string | undefined>): NodeState => ({
  stamp: { node: 'node1', incarnation: 1, version: 9, floor: 0, goneAt: 0 },
  entries: Object.entries(entries).map(([key, value], index): Entry => ({ key, value, version: index + 1 })),
});

function makeTeller() {
  const entries: Record<string, string | undefined> = {};
  let writes = 0;
  const { tell } = createTeller((key, value) => {
    writes++;
    entries[key] = value;
  });
  return { tell, read: () => toldBy(stateOf(entries)), writes: () => writes };
}

const container = (name: string, state = 'running') => ({
  ...{ app: 'shop', service: 'web', name, state, health: '', restarts: 0 },
  ...{ down: false, oneOff: false },
});
const byName = <T extends { name: string }>(...facts: T[]) => new Map(facts.map((fact) => [fact.name, fact]));

it('what a node tells is what the others read, each kind by name', () => {
  const { tell, read } = makeTeller();
  tell('peer', new Map([[undefined, { version: '1.2.3', address: '10.0.0.1' }]]));
  tell('serving', new Map([[undefined, { generation: 7 }]]));
  tell('container', byName(container('b'), container('a')));
  tell('reach', new Map([['node2', { node: 'node2', reached: false, since: 5 }]]));
  expect(read()).toEqual({
    peer: { version: '1.2.3', address: '10.0.0.1' },
    serving: { generation: 7 },
    load: undefined,
    containers: [container('a'), container('b')],
    quarantines: [],
    volumes: [],
    reach: [{ node: 'node2', reached: false, since: 5 }],
  });
});

it('what is there no more is deleted, and other kinds stay', () => {
  const { tell, read } = makeTeller();
  tell('serving', new Map([[undefined, { generation: 7 }]]));
  tell('container', byName(container('a'), container('b')));
  tell('container', byName(container('b', 'exited')));
  expect(read()).toMatchObject({ serving: { generation: 7 }, containers: [container('b', 'exited')] });
  tell('container', new Map());
  expect(read().containers).toEqual([]);
});

it('long texts and many names are cut, so that an entry has room', () => {
  const { tell, read } = makeTeller();
  tell('quarantine', new Map([['shop/caddy', { app: 'shop', part: 'caddy', error: 'x'.repeat(20_000) }]]));
  expect(read().quarantines[0]?.error).toHaveLength(1_000);
  expect(read().quarantines[0]?.error).toMatch(/…$/);
  const diverged = Array.from({ length: 100 }, (_, index) => `db@${index}`);
  const volume = {
    ...{ volume: 'db', app: 'shop', live: true, snapshots: 1, newest: '', newestAt: 0, diverged },
    ...{ replicatedTo: '', replicatedAt: 0, intervalMs: 0, replicationError: '' },
  };
  tell('volume', new Map([['db', volume]]));
  expect(read().volumes[0]?.diverged).toHaveLength(20);
});

it('what another version of covey tells is passed over where it is not understood', () => {
  const told = toldBy(
    stateOf({
      // What an older one does not tell is not so.
      'container/a': JSON.stringify({
        ...{ ...container('a'), down: undefined, oneOff: undefined },
        colour: 'red',
      }),
      'container/b': JSON.stringify({ name: 'b' }),
      'container/c': '{',
      'container/d': undefined,
      weather: '"rain"',
      serving: JSON.stringify({ generation: 7 }),
    }),
  );
  expect(told.containers).toEqual([container('a')]);
  expect(told.serving).toEqual({ generation: 7 });
});

it('a state is read once', () => {
  const state = stateOf({ serving: JSON.stringify({ generation: 7 }) });
  expect(toldBy(state)).toBe(toldBy(state));
});
