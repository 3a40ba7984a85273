import { createConnection } from 'node:net';
import { networkInterfaces } from 'node:os';
import { afterEach, describe, expect, it } from 'vitest';
import { type Lookup, serveNames } from '../../../src/proxy/dns.ts';
import { type HoldNodes, holdNodes, type Name } from './hold-nodes.ts';
import { openWire, type Wire } from './streams.ts';

const TCP = 2222;
/** Where the other nodes come in, who say whose connection it is. */
const PEERS = 2223;
const HERE = networkInterfaces().docker0?.find(({ family }) => family === 'IPv4')?.address ?? '';
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
    const visitor = new RegExp(`^ready second\\nsecond: PROXY TCP4 ${HERE} \\S+ \\d+ ${TCP}\\r\\nhi\\n$`);
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
      backend: ({ address }) => ({ port: Number(address.split(':')[1]), options }),
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
    expect(direct).toEqual(expect.objectContaining({ status: 200, by: 'second', client: `${HERE}-once` }));
    expect(passed).toMatchObject({ status: 200, by: 'second' });
  }, 120_000);

  it.each([
    ['where it stays', STAYS],
    ['where it moves', { node: 'n2', from: 'n1' }],
  ] as const)(
    'turn nobody away while HAProxy asks where the name of its container leads, %s',
    async (_, where) => {
      let found: ReturnType<Lookup> = { address: HERE };
      const names = await serveNames({ host: HERE, port: 0 }, (name) =>
        name === 'held-web-1' ? found : 'none',
      );
      disposals.push(names.close);
      await begin({ ct: 'held-web-1', nameserver: `${HERE}:${names.port}` });
      const { node, from } = where;
      for (const state of node === from ? (['held'] as const) : (['preparing', 'held'] as const))
        await held.hold(where, state);
      await held.apps[from].stop();
      if (node !== from) await held.apps[node].stop();
      found = 'none';
      const told = await knock(['n1', 'n2', 'n3']);
      await expect
        .poll(() => held.nodes[node].runtime('show servers state', AbortSignal.timeout(5_000)), {
          timeout: 15_000,
        })
        .toMatch(/ exit-\S+ \d+ \S+ - /);
      await held.apps[node].start('second');
      found = { address: HERE };
      await held.hold(where, 'open', undefined, node);
      await held.another();
      await held.end();
      const all = await told();
      console.log(all);
      expect(Object.keys(all).sort()).toEqual(['n1', 'n2', 'n3'].map((each) => `${each} ready second\n`));
    },
    120_000,
  );
});
