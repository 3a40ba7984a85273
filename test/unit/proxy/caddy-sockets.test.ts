import { mkdir, mkdtemp, readdir, readlink, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { caddySockets, newSlot, type Slot, slotOf, socketOf } from '../../../src/proxy/caddy/sockets.ts';

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
const to = (slot: Slot) => [`/seen/http.${slot}.sock`, `/seen/https.${slot}.sock`];

it('moves only sockets to a slot', () => {
  expect(socketOf('unix//run/covey/caddy-http.sock|0600', '1')).toBe(
    'unix//run/covey/caddy-http.1.sock|0600',
  );
  expect(slotOf('unix//run/covey/caddy-http.1.sock|0600')).toBe('1');
  expect(slotOf('unix//run/covey/caddy-http.sock|0600')).toBeUndefined();
  expect(socketOf('tcp/127.0.0.1:443', '1')).toBe('tcp/127.0.0.1:443');
});

it('leads to one slot and to another', async () => {
  const { sockets, leadTo } = await setUp();
  for (const slot of ['2', '1', '1', newSlot()]) {
    sockets.point(slot);
    expect(await leadTo()).toEqual(to(slot));
  }
});

it('removes what is left of others, and nothing else', async () => {
  const { sockets, listen, folder } = await setUp();
  const names = ['http.1.sock', 'https.1.sock', 'http.2.sock', 'admin.1.sock', 'http.sock'];
  for (const name of names) await listen(name);
  await sockets.clear(['2']);
  const left = ['admin.1.sock', 'http.2.sock', 'http.sock', 'links'];
  expect((await readdir(folder)).sort()).toEqual(left);
});

it('waits until all of a configuration is there', async () => {
  const { sockets, listen } = await setUp();
  const addresses = ['unix//run/http.1.sock|0600', 'tcp/127.0.0.1:443', 'unix//run/https.1.sock|0600'];
  await listen('http.1.sock');
  await expect(sockets.opened(addresses, soon())).rejects.toMatchObject({
    code: 'unavailable',
    message: 'Caddy does not listen at its sockets.',
  });
  const opened = sockets.opened(addresses, AbortSignal.timeout(20_000));
  await listen('https.1.sock');
  await expect(opened).resolves.toBeUndefined();
});

it('says which link cannot be made', async () => {
  const { folder, links, sockets } = await setUp();
  await rm(join(folder, 'links'), { recursive: true });
  expect(() => sockets.point('1')).toThrow(
    expect.objectContaining({
      code: 'failed',
      message: expect.stringContaining(`Can't lead HAProxy to Caddy by ${links.http}: `),
    }),
  );
});
