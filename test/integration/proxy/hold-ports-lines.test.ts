import { createConnection } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { type Lookup, serveNames } from '../../../src/proxy/haproxy/dns.ts';
import { type HoldNodes, holdNodes, type Name } from './hold-nodes.ts';
import { openWire, type Wire } from './streams.ts';

const TCP = 2222;
/** Where the other nodes come in, who say whose connection it is. */
const PEERS = 2223;
const STAYS = { node: 'n1', from: 'n1' } as const;
let held: HoldNodes;
const disposals: (() => unknown)[] = [];
afterEach(async () => {
  for (const dispose of disposals.splice(0)) await dispose();
  await held.dispose();
});

const begin = async (options: Parameters<typeof holdNodes>[0]) => {
  held = await holdNodes({ tcp: TCP, ...options });
  await held.serving();
};

const connect = async (node: Name): Promise<Wire> => {
  const wire = await openWire(await held.nodes[node].port(TCP));
  disposals.push(wire.close);
  return wire;
};

/** How a new connection ends: with what it is told first, or with nothing. */
const greeting = (port: number): Promise<string> =>
  new Promise((resolve) => {
    const socket = createConnection({ host: '127.0.0.1', port });
    const end = (said: string) => {
      socket.destroy();
      resolve(said);
    };
    socket.setTimeout(20_000, () => end('silence'));
    socket.on('data', (said) => end(String(said)));
    socket.on('error', ({ message }) => end(message));
    socket.on('close', () => end('closed'));
  });

/** Opens one connection after the other by some nodes; ends with what each of them was told. */
async function knock(nodes: readonly Name[]): Promise<() => Promise<Record<string, number>>> {
  const told: Record<string, number> = {};
  let isOver = false;
  const loops = nodes.map(async (node) => {
    const port = await held.nodes[node].port(TCP);
    while (!isOver) {
      const said = `${node} ${await greeting(port)}`;
      told[said] = (told[said] ?? 0) + 1;
    }
  });
  return async () => {
    isOver = true;
    await Promise.all(loops);
    return told;
  };
}

describe('the lines of a port whose connections wait', () => {
  it('give the container the visitor as ever, once, where it asks for him', async () => {
    await begin({
      frontend: { bind: [`*:${TCP}`, `*:${PEERS} accept-proxy`] },
      backend: () => ({ peer_port: PEERS, server_option: 'send-proxy' }),
    });
    const { host } = held.apps.n1;
    const visitor = new RegExp(`^ready second\\nsecond: PROXY TCP4 ${host} \\S+ \\d+ ${TCP}\\r\\nhi\\n$`);
    await held.hold(STAYS, 'held');
    await held.apps.n1.stop();
    const wires = [await connect('n1'), await connect('n3')];
    const asked = wires.map((wire) => wire.ask('hi\n', 'hi\n'));
    await held.apps.n1.start('second');
    await held.hold(STAYS, 'open', undefined, 'n1');
    for (const said of await Promise.all(asked)) expect(said.replace('second: hi', 'hi')).toMatch(visitor);
  }, 120_000);

  it('are applied once to a request, of a port of HTTP; what is for its own server is not for the one where it waits', async () => {
    const options = [
      'default-server check inter 200ms fall 1',
      'timeout connect 100ms',
      'retries 1',
      'use-server n1 if { path_beg /x }',
      'http-request add-header x-forwarded-for %[src]-once if { path_beg /x }',
    ];
    await begin({
      frontend: { mode: 'http' },
      backend: ({ sitePort }) => ({ port: sitePort, options }),
    });
    const ask = async (node: Name) =>
      fetch(`http://127.0.0.1:${await held.nodes[node].port(TCP)}/x`).then(async (answer) => ({
        status: answer.status,
        ...((await answer.json()) as { by: string; client: string }),
      }));
    await held.hold(STAYS, 'held');
    await held.apps.n1.stop();
    const asked = [ask('n1'), ask('n3')];
    await held.another();
    await held.apps.n1.start('second');
    await held.hold(STAYS, 'open', undefined, 'n1');
    const [direct, passed] = await Promise.all(asked);
    expect(direct).toEqual(
      expect.objectContaining({ status: 200, by: 'second', client: `${held.apps.n1.host}-once` }),
    );
    expect(passed).toMatchObject({ status: 200, by: 'second' });
  }, 120_000);

  it.each([
    ['where it stays', STAYS],
    ['where it moves', { node: 'n2', from: 'n1' }],
  ] as const)(
    'turn nobody away while HAProxy asks where the name of its container leads, %s',
    async (_, where) => {
      const known = (): ReturnType<Lookup> => ({ address: held.apps.n1.host });
      let look = known;
      const names = await serveNames({ host: '0.0.0.0', port: 0 }, (name) =>
        name === 'held-web-1' ? look() : 'none',
      );
      disposals.push(names.close);
      await begin({ ct: 'held-web-1', names: names.port });
      const { node, from } = where;
      for (const state of node === from ? (['held'] as const) : (['preparing', 'held'] as const))
        await held.hold(where, state);
      await held.apps[from].stop();
      if (node !== from) await held.apps[node].stop();
      look = () => 'none';
      const told = await knock(['n1', 'n2', 'n3']);
      await held.apps[node].start('second');
      look = known;
      await held.hold(where, 'open', undefined, node);
      await held.another();
      await held.end();
      const all = await told();
      console.log(all);
      expect(Object.keys(all).sort()).toEqual(['n1', 'n2', 'n3'].map((each) => `${each} ready second\n`));
    },
    120_000,
  );

  it('let those that wait go on only once HAProxy knows where the name of its container leads', async () => {
    const known = (): ReturnType<Lookup> => ({ address: held.apps.n1.host });
    let look = known;
    const names = await serveNames({ host: '0.0.0.0', port: 0 }, (name) =>
      name === 'held-web-1' ? look() : 'none',
    );
    disposals.push(names.close);
    await begin({ ct: 'held-web-1', names: names.port });
    await held.hold(STAYS, 'held');
    await held.apps.n1.stop();
    const wires = await Promise.all((['n1', 'n3'] as const).map(connect));
    const asked = wires.map((wire) => wire.ask('hi\n', 'second: hi\n'));
    await held.apps.n1.start('second');
    // It does not know at its first question, and asks again.
    look = () => {
      look = known;
      return 'unknown';
    };
    await held.hold(STAYS, 'open', undefined, 'n1');
    await Promise.all(asked);
    expect(look).toBe(known);
  }, 120_000);
});
