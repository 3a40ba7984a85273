import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { initCa, issue } from '../../../src/rpc/ca.ts';
import { openStream } from '../../../src/rpc/streams.ts';
import { loadTls, type TlsMaterial } from '../../../src/rpc/tls.ts';

let folder: string;
let tls: TlsMaterial;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'covey-streams-'));
  const [dir, out] = [join(folder, 'ca'), join(folder, 'node2')];
  await initCa({ dir });
  const { cert, key } = await issue({ name: 'node2', role: 'peer', dir, out });
  tls = await loadTls({ ca: join(out, 'ca.pem'), cert, key });
});
afterAll(() => rm(folder, { recursive: true }));

/** A port on which `server` is the peer of node2. */
async function listening(server: Server): Promise<{ host: string; port: number; name: string }> {
  const open = new Set<Socket>();
  server.on('connection', (socket: Socket) => open.add(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of open) socket.destroy();
    server.close();
  });
  return { host: '127.0.0.1', port: (server.address() as AddressInfo).port, name: 'node2' };
}

const protocol = 'covey-test/1';

it('is not opened without certificates', async () => {
  const target = { host: '127.0.0.1', port: 1, name: 'node2' };
  await expect(openStream(target, { tls: undefined, protocol })).rejects.toMatchObject({
    code: 'refused',
    message: 'Without certificates there is no stream to node2 (127.0.0.1:1)',
  });
});

it('is not waited for where nobody listens, or who listens says nothing', async () => {
  const silent = await listening(createServer());
  await expect(openStream(silent, { tls, protocol, timeout: 50 })).rejects.toMatchObject({
    code: 'unavailable',
    message: `node2 (127.0.0.1:${silent.port}) does not answer (waited 0.05 s)`,
  });
  await expect(openStream({ ...silent, port: 1 }, { tls, protocol })).rejects.toMatchObject({
    code: 'unavailable',
    message: expect.stringContaining("Can't connect to node2 (127.0.0.1:1): connect ECONNREFUSED"),
  });
});

it('is not taken by a peer that does not know it', async () => {
  const other = await listening(
    createTlsServer({ cert: tls.cert, key: tls.key, ca: tls.ca, minVersion: 'TLSv1.3' }),
  );
  await expect(openStream(other, { tls, protocol })).rejects.toMatchObject({
    code: 'unavailable',
    message: `node2 (127.0.0.1:${other.port}) does not speak covey-test/1`,
    hint: 'It may run another version of covey.',
  });
});
