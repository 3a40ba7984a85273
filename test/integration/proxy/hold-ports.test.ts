import { afterEach, describe, expect, it } from 'vitest';
import { type HoldNodes, holdNodes, type Name, names } from './hold-nodes.ts';
import { openWire, type Wire } from './streams.ts';

const TCP = 2222;
let held: HoldNodes;
const wires: Wire[] = [];
afterEach(async () => {
  for (const wire of wires.splice(0)) wire.close();
  await held.dispose();
});

const begin = async (options: Parameters<typeof holdNodes>[0] = {}) => {
  held = await holdNodes({ tcp: TCP, ...options });
  await held.serving();
};

const connect = async (node: Name): Promise<Wire> => {
  const wire = await openWire(await held.nodes[node].port(TCP));
  wires.push(wire);
  return wire;
};

const talk = async (node: Name, by: string): Promise<Wire> => {
  const wire = await connect(node);
  await wire.ask('hello\n', `${by}: hello\n`);
  return wire;
};

/** New connections by each node that have said something; none of them has heard anything, or been closed. */
async function waiting() {
  const open = await Promise.all(names.map(connect));
  const asked = open.map((wire) => wire.ask('hi\n', ': hi\n'));
  for (const each of asked) each.catch(() => undefined); // awaited by `answered`
  const first = Promise.race([...asked, ...open.map(({ closed }) => closed)]);
  expect(await Promise.race([first, new Promise((resolve) => setTimeout(resolve, 1_000, 'none'))])).toBe(
    'none',
  );
  return async (by: string) => {
    for (const said of await Promise.all(asked)) expect(said).toContain(`${by}: hi\n`);
    // Those that have waited go on like any other, also when nobody waits any more.
    for (const wire of open) await wire.ask('and again\n', `${by}: and again\n`);
  };
}

describe('connections to a port of HAPROXY', () => {
  it('are closed with the app where it stays; new ones wait, over reloads, and what is started answers', async () => {
    await begin();
    const old = await Promise.all(names.map((name) => talk(name, 'first')));
    const where = { node: 'n1', from: 'n1' } as const;
    await held.hold(where, 'held');
    for (const wire of old) await wire.ask('still there\n', 'first: still there\n');
    await held.apps.n1.stop();
    expect(await Promise.all(old.map(({ closed }) => closed))).toEqual(old.map(() => 'end'));
    const answered = await waiting();
    await held.another();
    const more = await waiting();
    await held.another();
    await held.apps.n1.start('second');
    await held.hold(where, 'open', names, 'n1');
    await answered('second');
    for (const name of names) await talk(name, 'second');
    await held.end();
    await more('second');
    for (const name of names) await talk(name, 'second');
  }, 180_000);

  it('wait while it moves, whoever hears of its end first', async () => {
    await begin();
    const old = await Promise.all(names.map((name) => talk(name, 'first')));
    const where = { node: 'n2', from: 'n1' } as const;
    await held.hold(where, 'preparing', ['n2']);
    await held.apps.n2.stop();
    const early = await connect('n2');
    await held.hold(where, 'held');
    await held.apps.n1.stop();
    for (const wire of old) expect(await wire.closed).toBe('end');
    const answered = await waiting();
    await held.another();
    await held.apps.n2.start('second');
    // n1 sends on what waits there, and n2 lets it wait still.
    await held.hold(where, 'open', ['n1', 'n3'], 'n2');
    const more = await waiting();
    await held.apply('n2');
    await answered('second');
    await more('second');
    await early.ask('hi\n', 'second: hi\n');
    for (const name of names) await talk(name, 'second');
    await held.end();
    for (const name of names) await talk(name, 'second');
  }, 180_000);

  it('are answered by the old master where the move is undone', async () => {
    await begin();
    const where = { node: 'n2', from: 'n1' } as const;
    for (const state of ['preparing', 'held'] as const) await held.hold(where, state);
    await held.apps.n2.stop();
    await held.apps.n1.stop();
    const answered = await waiting();
    await held.apps.n1.start('back');
    // n1 does not hear of it: what n2 sends there waits.
    await held.hold(where, 'returned', ['n2', 'n3']);
    const more = await waiting();
    await held.hold(where, 'returning', ['n1']);
    await answered('back');
    await more('back');
    await held.hold(where, 'returned');
    for (const name of names) await talk(name, 'back');
    await held.end();
    for (const name of names) await talk(name, 'back');
  }, 180_000);

  it('are closed after their time, and at once where too many wait', async () => {
    await begin({ seconds: 6, queue: 2 });
    await held.hold({ node: 'n1', from: 'n1' }, 'held');
    await held.apps.n1.stop();
    const begun = Date.now();
    const took = await Promise.all(
      Array.from({ length: 5 }, async () => {
        const wire = await connect('n1');
        await wire.closed;
        return Date.now() - begun;
      }),
    );
    console.log(`closed after ${took.join(', ')} ms`);
    const [late, early] = [took.filter((each) => each > 5_500), took.filter((each) => each < 2_000)];
    expect([late.length, early.length]).toEqual([2, 3]);
    expect(Math.max(...took)).toBeLessThan(15_000);
  }, 120_000);
});
