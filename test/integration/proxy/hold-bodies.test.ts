import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { request as requestHttp } from 'node:http';
import { connect } from 'node:http2';
import { request as requestHttps } from 'node:https';
import { Readable } from 'node:stream';
import { afterEach, expect, it } from 'vitest';
import { run } from '../../../lab/run.ts';
import { visitAt } from './direct-visitor.ts';
import { draining } from './held-drain.ts';
import { HOST, type HoldNodes, holdNodes, names } from './hold-nodes.ts';
import { openSlow } from './streams.ts';

let held: HoldNodes;
afterEach(() => held.dispose());

const MIB = 1024 * 1024;
/** What the kernel's buffers of five connections one after the other, and those of the proxies, may have room for. */
const BUFFERS = 48 * MIB;
const BODY = 160 * MIB;
const PIECE = Buffer.alloc(64 * 1024, 'all is well, and there is much of it. ');
const SUM = createHash('sha256');
for (let sent = 0; sent < BODY; sent += PIECE.length) SUM.update(PIECE);
const WHOLE = SUM.digest('hex');

/** A long body; how much of it the visitor has got rid of. */
function longBody(): { body: Readable; taken(): number } {
  let taken = 0;
  const body = new Readable({
    highWaterMark: PIECE.length,
    read() {
      taken += PIECE.length;
      this.push(taken > BODY ? null : PIECE);
    },
  });
  return { body, taken: () => taken };
}

/** Each way in: its name, and what sends a long body by it. */
const ways = {
  'HTTP, by the master': (body: Readable) => post('n1', 'http', body),
  'HTTPS, by another node': (body: Readable) => post('n3', 'https', body),
  'HTTP/2': (body: Readable) => postHttp2('n1', body),
};

async function post(node: 'n1' | 'n3', scheme: 'http' | 'https', body: Readable): Promise<object> {
  const to = { host: held.nodes[node].address, path: '/sum', method: 'POST', headers: { host: HOST } };
  const tls = { servername: HOST, rejectUnauthorized: false };
  const asked =
    scheme === 'http' ? requestHttp({ ...to, agent: false }) : requestHttps({ ...to, ...tls, agent: false });
  body.pipe(asked);
  const [response] = await once(asked, 'response');
  let text = '';
  for await (const chunk of response) text += chunk;
  return { status: response.statusCode, ...JSON.parse(text) };
}

async function postHttp2(node: 'n1', body: Readable): Promise<object> {
  const options = { host: held.nodes[node].address, servername: HOST, rejectUnauthorized: false };
  const session = connect(`https://${HOST}`, options as never);
  const stream = session.request({ ':path': '/sum', ':method': 'POST', ':authority': HOST });
  body.pipe(stream);
  const [headers] = await once(stream, 'response');
  let text = '';
  for await (const chunk of stream) text += chunk;
  session.close();
  return { status: headers[':status'], ...JSON.parse(text) };
}

/** Memory of all processes of the proxies of a node, in bytes. */
async function memory(node: 'n1' | 'n3'): Promise<Record<string, number>> {
  const { haproxyContainer, caddyContainer } = held.nodes[node].settings;
  const of = async (name: string) => {
    const lines = (await run(['docker', 'top', name, '-eo', 'pid,rss'])).trim().split('\n').slice(1);
    return lines.reduce((sum, line) => sum + Number(line.trim().split(/\s+/)[1]) * 1024, 0);
  };
  return { haproxy: await of(haproxyContainer), caddy: await of(caddyContainer) };
}

it('a body that is bigger than the buffers waits with its visitor, and arrives whole', async () => {
  held = await holdNodes();
  await held.serving();
  const where = { node: 'n1', from: 'n1' } as const;
  await held.hold(where, 'held');
  await held.apps.n1.stop();
  const before = { n1: await memory('n1'), n3: await memory('n3') };
  const waiting = Object.entries(ways).map(([name, send]) => {
    const { body, taken } = longBody();
    return { name, taken, answer: send(body) };
  });
  // Nobody takes any more of it.
  let last = -1;
  const isStill = () => {
    const now = waiting.reduce((sum, { taken }) => sum + taken(), 0);
    const isSame = now === last && waiting.every(({ taken }) => taken() > PIECE.length);
    last = now;
    return isSame;
  };
  await expect.poll(isStill, { interval: 1_000, timeout: 20_000 }).toBe(true);
  for (const { name, taken } of waiting) {
    console.log(`${name}: ${(taken() / MIB).toFixed(1)} MiB were taken`);
    expect(taken(), name).toBeLessThan(BUFFERS);
  }
  for (const node of ['n1', 'n3'] as const) {
    for (const [name, used] of Object.entries(await memory(node))) {
      const more = used - (before[node][name] ?? 0);
      console.log(`${name} of ${node}: ${(more / MIB).toFixed(1)} MiB more memory`);
      expect(more, `${name} of ${node}`).toBeLessThan(32 * MIB);
    }
  }
  await held.apps.n1.start('second');
  await held.hold(where, 'open', names, 'n1');
  for (const { name, answer } of waiting)
    expect(await answer, name).toMatchObject({ status: 200, by: 'second', method: 'POST', sum: WHOLE });
}, 120_000);

it('what the app is answering when its cutover begins comes to its end, while others wait', async () => {
  held = await holdNodes({ leaving: 500 });
  await held.serving();
  const slow = await Promise.all(
    (['n1', 'n3'] as const).flatMap((node) =>
      [false, true].map(async (tls) => openSlow(await held.nodes[node].port(tls ? 443 : 80), HOST, tls)),
    ),
  );
  const where = { node: 'n1', from: 'n1' } as const;
  await held.hold(where, 'held');
  const late = (['http', 'https'] as const).map((scheme) => visitAt(held.nodes.n3.address, scheme, HOST));
  const { drained, isDrained, told } = draining(held);
  await expect.poll(told, { timeout: 10_000 }).toContain('4 under way');
  // The app is asked for the rest, and gives it; those who came later are not answered by it.
  const rests = slow.map((wire) => wire.ask('', 'second half'));
  expect(isDrained()).toBe(false);
  held.apps.n1.finish();
  for (const rest of await Promise.all(rests)) expect(rest).toContain('second half');
  await drained;
  await held.apps.n1.stop();
  await held.apps.n1.start('second');
  await held.hold(where, 'open', names, 'n1');
  for (const answer of late) expect(JSON.parse((await answer).body)).toMatchObject({ by: 'second' });
  for (const wire of slow) wire.close();
}, 120_000);
