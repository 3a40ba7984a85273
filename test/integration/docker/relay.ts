import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** A way to Docker's socket that tells what goes over it. */
export async function relayToDocker(): Promise<{
  socket: string;
  /** Connections that the client holds. */
  open(): number;
  /** Bytes that Docker has sent. */
  sent(): number;
  /** Breaks what is open; later connections get through. */
  cut(): void;
  close(): Promise<void>;
}> {
  const folder = await mkdtemp(path.join(tmpdir(), 'covey-relay-'));
  const socket = path.join(folder, 'docker.sock');
  const clients = new Set<Socket>();
  let sent = 0;
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const upstream = connect({ path: '/var/run/docker.sock', allowHalfOpen: true });
    clients.add(client);
    client.on('error', () => upstream.destroy()).on('close', () => upstream.destroy());
    client.on('close', () => clients.delete(client));
    upstream.on('error', () => client.destroy()).on('close', () => client.destroy());
    upstream.on('data', (bytes) => {
      sent += bytes.length;
    });
    client.pipe(upstream);
    upstream.pipe(client);
  });
  const cut = () => {
    for (const client of clients) client.destroy();
  };
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  return {
    socket,
    open: () => clients.size,
    sent: () => sent,
    cut,
    close: async () => {
      cut();
      await new Promise((resolve) => server.close(resolve));
      await rm(folder, { recursive: true });
    },
  };
}
