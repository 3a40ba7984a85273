import { once } from 'node:events';
import { connect } from 'node:tls';
import { afterEach, expect, it } from 'vitest';
import { startLoad } from '../../../src/drill/load.ts';
import { lanesOf } from '../../../src/drill/look.ts';
import type { Sample } from '../../../src/drill/report.ts';
import { HOST, type HoldNodes, holdNodes, names } from './hold-nodes.ts';

/** Requests a second, over three nodes and all kinds of connections. */
const RATE = 150;

let held: HoldNodes;
afterEach(() => held.dispose());

/** What is asked would wait. */
async function handshake(host: string): Promise<'done'> {
  const socket = connect({ host, port: 443, servername: HOST, rejectUnauthorized: false });
  try {
    await once(socket, 'secureConnect', { signal: AbortSignal.timeout(5_000) });
    return 'done';
  } finally {
    socket.destroy();
  }
}

it('none of the requests that come all the time fails, neither at a redeploy nor at a move and back', async () => {
  const signal = AbortSignal.timeout(150_000);
  // as a node has it: who has a connection already is told in that time to come by another one
  held = await holdNodes({ leaving: 500 });
  await held.apply(...names);
  const targets = names.flatMap((node) =>
    (['http', 'https'] as const).map((scheme) => {
      const port = scheme === 'http' ? 80 : 443;
      return { node, address: held.nodes[node].address, port, site: { scheme, host: HOST, path: '/' } };
    }),
  );
  // Caddy has to make its certificate first.
  await expect
    .poll(
      async () => {
        const lanes = await lanesOf(targets, { signal, apart: 0 });
        for (const { asker } of lanes) asker.close();
        return lanes.length;
      },
      { timeout: 20_000 },
    )
    .toBe(15);
  // A move takes the certificate along; here the other Caddy has to make it.
  const ahead = { node: 'n2', from: 'n1' } as const;
  await held.hold(ahead, 'preparing', ['n2']);
  await expect.poll(() => handshake(held.nodes.n2.address).catch(String), { timeout: 20_000 }).toBe('done');
  await held.hold(ahead, 'returned');
  await held.end();
  const samples: Sample[] = [];
  const load = startLoad(
    {
      lanes: await lanesOf(targets, { signal }),
      rate: RATE,
      onSample: (sample) => samples.push(sample),
    },
    'redeploy',
  );
  await load.underWay(signal);

  const here = { node: 'n1', from: 'n1' } as const;
  await held.hold(here, 'held');
  await held.apps.n1.stop();
  await held.another();
  await held.another();
  await held.apps.n1.start('first');
  await held.hold(here, 'open', names, 'n1');
  await held.end();

  for (const [from, node, phase] of [
    ['n1', 'n2', 'move'],
    ['n2', 'n1', 'back'],
  ] as const) {
    load.mark(phase);
    const away = { node, from };
    await held.apps[node].stop();
    await held.hold(away, 'preparing', [node]);
    await held.hold(away, 'held', ['n3', node, from]);
    await held.apps[from].stop();
    await held.another();
    await held.apps[node].start('first');
    await held.hold(away, 'open', names, node);
    await held.end();
  }
  await load.stop();

  for (const [phase, all] of Map.groupBy(samples, (sample) => sample.phase)) {
    const longest = Math.max(...all.map(({ wait }) => wait));
    console.log(`${phase}: ${all.length} requests, longest wait ${Math.round(longest)} ms`);
  }
  expect(samples.filter(({ problem }) => problem !== undefined)).toEqual([]);
  expect(new Set(samples.map(({ node, way }) => `${node} ${way}`)).size).toBe(15);
  expect(samples.filter(({ wait }) => wait > 500).length).toBeGreaterThan(RATE);
}, 180_000);
