import { mkdir, mkdtemp, readlink, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { caddySockets, type Pair, socketOf } from '../../../src/proxy/caddy-sockets.ts';

/** A folder for the sockets and one for the links, and what may listen there. */
async function setUp() {
  const folder = await mkdtemp(join(tmpdir(), 'covey-sockets-'));
  const at = (name: string) => join(folder, name);
  await mkdir(at('links'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const listen = async (name: string) => {
    const server = createServer((socket) => socket.destroy());
    await new Promise<void>((resolve) => server.listen(at(name), resolve));
    const close = () => new Promise<void>((resolve) => server.close(() => resolve()));
    onTestFinished(async () => {
      if (server.listening) await close();
    });
    return close;
  };
  const links = { http: at('links/http.sock'), https: at('links/https.sock') };
  const sockets = caddySockets({ http: at('http.sock'), https: at('https.sock'), links, seen: '/seen' });
  const leadTo = () => Promise.all([readlink(links.http), readlink(links.https)]);
  return { folder, links, sockets, listen, leadTo };
}

const soon = () => AbortSignal.timeout(300);
const to = (pair: Pair) => [`/seen/http.${pair}.sock`, `/seen/https.${pair}.sock`];

it('moves only sockets to a pair', () => {
  expect(socketOf('unix//run/covey/caddy-http.sock|0600', 'a')).toBe(
    'unix//run/covey/caddy-http.a.sock|0600',
  );
  expect(socketOf('tcp/127.0.0.1:443', 'a')).toBe('tcp/127.0.0.1:443');
});

it('leads to a pair and to the other, and finds the one that nobody has', async () => {
  const { sockets, listen, leadTo } = await setUp();
  expect(await sockets.free(soon())).toBe('a');
  const close = await listen('http.a.sock');
  await sockets.point('b');
  expect(await leadTo()).toEqual(to('b'));
  expect(await sockets.free(soon())).toBe('b');
  // what an earlier peer has left is put right
  expect(await leadTo()).toEqual(to('a'));
  await close();
  expect(await sockets.free(soon())).toBe('a');
});

it('waits until one of two pairs is let go of', async () => {
  const { sockets, listen } = await setUp();
  const close = await listen('https.a.sock');
  await listen('http.b.sock');
  await expect(sockets.free(soon())).rejects.toMatchObject({
    code: 'unavailable',
    message: 'Caddy listens at the sockets of two configurations, and does not let go of one.',
  });
  const free = sockets.free(AbortSignal.timeout(20_000));
  await close();
  expect(await free).toBe('a');
});

it('waits until all of a configuration is there', async () => {
  const { sockets, listen } = await setUp();
  const addresses = ['unix//run/http.a.sock|0600', 'tcp/127.0.0.1:443', 'unix//run/https.a.sock|0600'];
  await listen('http.a.sock');
  await expect(sockets.opened(addresses, soon())).rejects.toMatchObject({
    code: 'unavailable',
    message: 'Caddy does not listen at its sockets.',
  });
  const opened = sockets.opened(addresses, AbortSignal.timeout(20_000));
  await listen('https.a.sock');
  await expect(opened).resolves.toBeUndefined();
});

it('says which link cannot be made', async () => {
  const { folder, links, sockets } = await setUp();
  await rm(join(folder, 'links'), { recursive: true });
  await expect(sockets.point('a')).rejects.toMatchObject({
    code: 'failed',
    message: expect.stringContaining(`Can't lead HAProxy to Caddy by ${links.http}: `),
  });
});
