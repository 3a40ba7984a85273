import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { run } from '../../../src/command.ts';
import { holdId, holdSocket } from '../../../src/render/haproxy/hold.ts';
import { type HoldNodes, holdNodes } from './hold-nodes.ts';

let held: HoldNodes;
const sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await held.dispose();
});

it('who comes to wait while HAProxy has no processor is not turned away', async () => {
  held = await holdNodes();
  const { n1 } = held.nodes;
  await held.apply('n1');
  await held.hold({ node: 'n1', from: 'n1' }, 'held', ['n1']);
  const { haproxyContainer } = n1.settings;
  await run('docker', ['pause', haproxyContainer]);
  try {
    const came = Array.from({ length: 30 }, async () => {
      const socket = connect(holdSocket(n1.run, holdId('held'), 'http'));
      sockets.push(socket);
      await once(socket, 'connect');
    });
    await expect(Promise.all(came)).resolves.toHaveLength(30);
  } finally {
    await run('docker', ['unpause', haproxyContainer]);
  }
}, 120_000);
