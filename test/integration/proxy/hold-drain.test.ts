import { afterEach, expect, it } from 'vitest';
import { CLOSE_FRAME } from './held-app.ts';
import { draining } from './held-drain.ts';
import { HOST, type HoldNodes, holdNodes, names } from './hold-nodes.ts';
import { openEvents, openSlow, openWebsocket, type Wire } from './streams.ts';

/** A drain with nothing to wait for takes 0.3 s; the default of `cutover.drain`, which it took with a stream, is 5 s. */
const AT_ONCE = 2_500;

let held: HoldNodes;
const wires: Wire[] = [];
afterEach(async () => {
  for (const wire of wires.splice(0)) wire.close();
  await held.dispose();
});

/** Through the master and through another node, each over HTTP and HTTPS. */
const ways = (['n1', 'n3'] as const).flatMap((node) => [false, true].map((tls) => ({ node, tls })));

const where = { node: 'n1', from: 'n1' } as const;

/** On each way one; each resolves once the app has answered. */
function onEachWay(open: (port: number, tls: boolean) => Promise<Wire>): Promise<Wire>[] {
  return ways.map(async ({ node, tls }) => {
    const wire = await open(await held.nodes[node].port(tls ? 443 : 80), tls);
    wires.push(wire);
    return wire;
  });
}

const sockets = (by: string) => onEachWay((port, tls) => openWebsocket(port, HOST, tls, `ready ${by}\n`));
const events = (by: string) => onEachWay((port, tls) => openEvents(port, HOST, tls, `ready ${by}\n`));

const firstOf = (work: Promise<unknown>[]) =>
  // so long nothing is to come
  Promise.race([...work, new Promise((resolve) => setTimeout(resolve, 1_000, 'none'))]);

it('streams are not waited for: they end with the app, and new ones wait for it', async () => {
  held = await holdNodes({ leaving: 500 });
  await held.serving();
  const [open, listening] = [await Promise.all(sockets('first')), await Promise.all(events('first'))];
  await held.hold(where, 'held');
  const begun = performance.now();
  const { drained, told } = draining(held);
  await drained;
  expect(told()).toEqual([]);
  expect(performance.now() - begun).toBeLessThan(AT_ONCE);
  // What is drained is still there for them, until it is stopped.
  for (const wire of open) await wire.ask('still there\n', 'first: still there\n');
  await held.apps.n1.stop();
  expect(await Promise.all(open.map(({ closed }) => closed))).toEqual(open.map(() => 'end'));
  for (const wire of open) expect(wire.heard().subarray(-CLOSE_FRAME.length)).toEqual(CLOSE_FRAME);
  await Promise.all(listening.map(({ closed }) => closed));

  const again = [...sockets('second'), ...events('second')];
  expect(await firstOf(again)).toBe('none');
  await held.apps.n1.start('second');
  await held.hold(where, 'open', names, 'n1');
  await Promise.all(again);
}, 120_000);

/** What is a request like any other, though it looks much like a stream: none of them may be cut off for it. */
const requests: [string, ...string[]][] = [
  ['GET'],
  ['POST', 'Accept: text/event-stream', 'Content-Length: 0'],
  ['GET', 'Accept: text/event-stream, application/json'],
];

it('a request is, whatever streams there are besides', async () => {
  held = await holdNodes({ leaving: 500 });
  await held.serving();
  await Promise.all([...sockets('first'), ...events('first')]);
  const slow = await Promise.all(
    requests.flatMap((request) => onEachWay((port, tls) => openSlow(port, HOST, tls, request))),
  );
  await held.hold(where, 'held');
  const { drained, isDrained, told } = draining(held);
  await expect.poll(told, { timeout: 10_000 }).toEqual(['12 under way']);
  const rests = slow.map((wire) => wire.ask('', 'second half'));
  expect(isDrained()).toBe(false);
  held.apps.n1.finish();
  for (const rest of await Promise.all(rests)) expect(rest).toContain('second half');
  const begun = performance.now();
  await drained;
  expect(performance.now() - begun).toBeLessThan(AT_ONCE);
}, 120_000);
