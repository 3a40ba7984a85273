import { afterEach, expect, it } from 'vitest';
import { CLOSE_FRAME } from './held-app.ts';
import { HOST, type HoldNodes, holdNodes, names } from './hold-nodes.ts';
import { openWebsocket, type Wire } from './streams.ts';

let held: HoldNodes;
const wires: Wire[] = [];
afterEach(async () => {
  for (const wire of wires.splice(0)) wire.close();
  await held.dispose();
});

/** Through the master and through another node, each over HTTP and HTTPS. */
const ways = (['n1', 'n3'] as const).flatMap((node) => [false, true].map((tls) => ({ node, tls })));

/** Opens a websocket on each way; each resolves once the app named `by` has answered. */
function open(by: string): Promise<Wire>[] {
  return ways.map(async ({ node, tls }) => {
    const port = await held.nodes[node].port(tls ? 443 : 80);
    const wire = await openWebsocket(port, HOST, tls, `ready ${by}\n`);
    wires.push(wire);
    return wire;
  });
}

const begin = async (options?: Parameters<typeof holdNodes>[0]) => {
  held = await holdNodes(options);
  await held.serving();
};

const firstOf = (work: Promise<unknown>[]) =>
  Promise.race([...work, new Promise((resolve) => setTimeout(resolve, 1_000, 'none'))]);

it.each([
  ['where it stays', 'n1'],
  ['where it moves', 'n2'],
] as const)(
  'websockets of an app end cleanly with it, and new ones wait for it, %s',
  async (_, node) => {
    await begin({ leaving: 500 });
    const where = { node, from: 'n1' } as const;
    const old = await Promise.all(open('first'));
    for (const state of node === 'n1' ? (['held'] as const) : (['preparing', 'held'] as const))
      await held.hold(where, state);
    // Requests are held, and yet what is open goes on: over loads of Caddy and reloads of HAProxy.
    for (const wire of old) await wire.ask('still there\n', 'first: still there\n');
    await held.apps.n1.stop();
    expect(await Promise.all(old.map(({ closed }) => closed))).toEqual(old.map(() => 'end'));
    for (const wire of old) expect(wire.heard().subarray(-CLOSE_FRAME.length)).toEqual(CLOSE_FRAME);

    if (node === 'n2') await held.apps.n2.stop();
    const again = open('second');
    expect(await firstOf(again)).toBe('none');
    await held.another();
    await held.apps[node].start('second');
    await held.hold(where, 'open', names, node);
    for (const wire of await Promise.all(again)) await wire.ask('hi\n', 'second: hi\n');
  },
  120_000,
);
