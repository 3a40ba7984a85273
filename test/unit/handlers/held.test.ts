import { expect, it } from 'vitest';
import { formatHold, type Hold, type HoldState, parseHold } from '../../../src/app/hold.ts';
import type { Deps } from '../../../src/handlers/deps.ts';
import { newHeld } from '../../../src/handlers/held.ts';

const KEY = 'covey/hold/shop';
const { signal } = new AbortController();
const move = { node: 'n2', from: 'n1' };
const redeploy = { node: 'n1', from: 'n1' };

/** What a node says to a hold in that state (`record`: to the record, before there is any): `silent`, or an error. */
type Says = Partial<Record<string, Partial<Record<HoldState | 'record', string>>>>;

/** Nodes n1 to n3 and a Consul in memory; what was written and asked, in order. */
function cluster(says: Says = {}, { before, lost = false }: { before?: Hold; lost?: boolean } = {}) {
  const did: string[] = [];
  const warnings: string[] = [];
  let stored = before && formatHold(before);
  const state = () => (stored === undefined ? 'record' : (parseHold(stored)?.state ?? 'record'));
  const deps = {
    bounds: { acknowledge: 60, hold: 20 },
    members: async () => ['n1', 'n2', 'n3'].map((name) => ({ name, state: 'alive' })),
    kv: {
      get: async () => (stored === undefined ? undefined : { value: stored, modifyIndex: 7 }),
      transaction: async (ops: { op: string; key: string; value: string }[]) => {
        if (lost) return { ok: false, failures: [{ op: 0 }] };
        expect(ops.map(({ op, key }) => `${op} ${key}`)).toEqual(['check lock', `set ${KEY}`]);
        stored = ops[1]?.value;
        did.push(state());
        return { ok: true, indexes: new Map([[KEY, 8]]) };
      },
    },
    nodes: {
      awaitGeneration: async (node: string, _: string, generation: number, until: AbortSignal) => {
        const asked = generation === 5 ? 'record' : state();
        expect(generation).toBe(asked === 'record' ? 5 : 8);
        const said = says[node]?.[asked] ?? '';
        if (said === 'silent')
          await new Promise((_, reject) => until.addEventListener('abort', () => reject(until.reason)));
        did.push(`${node} ${asked}`);
        return said;
      },
    },
  } as unknown as Deps;
  const lock = { guard: { op: 'check', key: 'lock' } } as unknown as Parameters<typeof newHeld>[1]['lock'];
  const warn = (warning: string) => void warnings.push(warning);
  const held = newHeld(deps, { app: 'shop', lock, requestId: 'r', warn });
  return { did, warnings, held, stored: () => stored && parseHold(stored) };
}

it('lets the two masters be ready before anybody sends there, and all live nodes follow', async () => {
  const { held, did, warnings, stored } = cluster();
  expect(held.waited() !== undefined).toBe(false);
  await held.begin(move, 5, signal);
  expect(did).toEqual([
    ...['n1 record', 'n2 record', 'preparing', 'n1 preparing', 'n2 preparing'],
    ...['held', 'n1 held', 'n2 held', 'n3 held'],
  ]);
  expect(stored()).toEqual({ ...move, operation: 'r', state: 'held' });
  expect([held.waited() !== undefined, warnings]).toEqual([true, []]);
});

it('needs no preparation where the app stays, nor the others, on which nothing changes', async () => {
  const { held, did, warnings } = cluster({ n3: { held: 'silent' } });
  await held.begin(redeploy, 5, signal);
  expect(did).toEqual(['n1 record', 'held', 'n1 held']);
  expect(warnings).toEqual([]);
});

it.each<[string, Says, string]>([
  [
    'is silent',
    { n3: { held: 'silent' } },
    'n3 has not acknowledged: The operation was aborted due to timeout. What reaches it goes to n1, which passes it on.',
  ],
  [
    'cannot',
    { n3: { held: 'port 25 is taken' } },
    'n3 does not serve it: port 25 is taken. What reaches it goes to n1, which passes it on.',
  ],
])(
  'a node that has no part in it and %s is named, and not waited for longer than its bound',
  async (_, says, warning) => {
    const { held, warnings } = cluster(says);
    await held.begin(move, 5, signal);
    expect([warnings, held.waited() !== undefined]).toEqual([[warning], true]);
  },
);

it.each<[string, Says, string]>([
  ['the new master is silent', { n2: { preparing: 'silent' } }, 'n2 has not acknowledged: '],
  ['the old master cannot pass on', { n1: { preparing: 'refused' } }, 'n1 does not serve it: refused.'],
  ['the new master cannot', { n2: { held: 'refused' } }, 'n2 does not serve it: refused.'],
  ['the old master is silent', { n1: { held: 'silent' } }, 'n1 has not acknowledged: '],
])('fails where %s, and nothing is held', async (_, says, why) => {
  const { held } = cluster(says);
  await expect(held.begin(move, 5, signal)).rejects.toMatchObject({
    code: 'unavailable',
    message: expect.stringContaining(`The requests for shop cannot wait: ${why}`),
    hint: 'See that HAProxy and Caddy run there (covey doctor), then give the command again.',
  });
  expect(held.waited() !== undefined).toBe(false);
});

it('holds nothing where a node does not even serve the record: the operation may mend just that', async () => {
  const { held, did, warnings } = cluster({ n1: { record: 'line 3: unknown directive' } });
  await held.begin(redeploy, 5, signal);
  expect(did).toEqual(['n1 record']);
  expect(warnings).toEqual(['Requests are not held: n1 does not serve it: line 3: unknown directive.']);
  expect(held.waited() !== undefined).toBe(false);
  // The record that is committed is another one, so what an earlier hold says is over.
  expect(held.endOps('open')).toEqual([{ op: 'delete', key: KEY }]);
  expect(held.endOps('returned')).toEqual([]);
});

it.each(['open', 'returned'] as const)('ends with the commit, %s', async (state) => {
  const { held } = cluster();
  await held.begin(move, 5, signal);
  const value = formatHold({ ...move, operation: 'r', state });
  expect(held.endOps(state)).toEqual([{ op: 'set', key: KEY, value }]);
});

const back = {
  n1: ['returned', 'n1 returned'],
  moved: ['returning', 'n1 returning', 'returned', 'n1 returned'],
};
it.each<[string, Hold | undefined, string[]]>([
  ['a move', { ...move, operation: 'r', state: 'held' }, back.moved],
  ['a move, tried again', { ...move, operation: 'r', state: 'returning' }, back.moved],
  ['a move that was only prepared', { ...move, operation: 'r', state: 'preparing' }, back.n1],
  ['a redeploy', { ...redeploy, operation: 'r', state: 'held' }, back.n1],
  ['what had not begun', undefined, []],
  ['what is undone already', { ...move, operation: 'r', state: 'returned' }, []],
  ['what is committed', { ...move, operation: 'r', state: 'open' }, []],
  ["another operation's", { ...move, operation: 'r2', state: 'held' }, []],
])('is undone: %s', async (_, before, expected) => {
  const { held, did } = cluster({}, before && { before });
  await held.giveBack(signal);
  expect(did).toEqual(expected);
});

it('is undone also where the old master does not answer', async () => {
  const says = { n1: { returning: 'silent', returned: 'silent' } };
  const { held, did } = cluster(says, { before: { ...move, operation: 'r', state: 'held' } });
  await held.giveBack(signal);
  expect(did).toEqual(['returning', 'returned']);
});

it('is nobody’s who has lost the lock', async () => {
  const before: Hold = { ...move, operation: 'r', state: 'held' };
  const { held, stored } = cluster({}, { before, lost: true });
  const conflict = { code: 'conflict', message: 'The lock of shop was lost.' };
  await expect(held.begin(move, 5, signal)).rejects.toMatchObject(conflict);
  await expect(held.giveBack(signal)).rejects.toMatchObject(conflict);
  expect(stored()).toEqual(before);
});

it('ends at once where its operation does', async () => {
  const ending = new AbortController();
  const { held } = cluster({ n3: { held: 'silent' } });
  const begun = held.begin(move, 5, ending.signal);
  ending.abort(new Error('who asked has gone'));
  await expect(begun).rejects.toThrow('who asked has gone');
});
