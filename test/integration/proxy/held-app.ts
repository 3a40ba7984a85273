import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createTcp, type Server as TcpServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { Duplex } from 'node:stream';
import { acceptKey } from './streams.ts';

/** A websocket's close frame, for "going away" (RFC 6455, 7.4.1). */
export const CLOSE_FRAME = Buffer.from([0x88, 0x02, 0x03, 0xe9]);

/** An app that can be stopped: it tells who it is, and what it was asked; `/events` is a stream of events. */
export interface HeldApp {
  /** Where containers reach this machine. */
  host: string;
  /** Of its site. */
  sitePort: number;
  /** Its other port, of raw TCP: says who it is, and that again with what it hears; so do its websockets. */
  port: number;
  start(by: string): Promise<void>;
  /** Says goodbye to websockets, and ends all connections, as a program that ends. */
  stop(): Promise<void>;
  /** Gives the second half of the answers to `/slow`, of which the first half is there at once. */
  finish(): void;
}

export async function heldApp(): Promise<HeldApp> {
  let http: Server | undefined;
  let tcp: TcpServer | undefined;
  const ports = { http: 0, tcp: 0 };
  const open = new Set<Duplex>();
  const slow = new Set<ServerResponse>();
  const bridge = networkInterfaces().docker0?.find(({ family }) => family === 'IPv4');

  const talk = (socket: Duplex, by: string, goodbye?: Buffer) => {
    socket.on('error', () => undefined); // who goes away ends the connection, and so this
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    socket.on('goodbye', () => socket.end(goodbye));
    socket.write(`ready ${by}\n`);
    socket.on('data', (chunk) => socket.write(`${by}: ${chunk}`));
    socket.on('end', () => socket.end());
  };

  const answer = async (by: string, request: IncomingMessage, response: ServerResponse) => {
    const { method, url, headers } = request;
    if (url === '/events') {
      response.setHeader('content-type', 'text/event-stream');
      response.write(`data: ready ${by}\n\n`);
      return;
    }
    if (url === '/slow') {
      response.setHeader('content-type', 'text/plain');
      response.write(`first half of ${by}, `);
      slow.add(response);
      return;
    }
    const sum = createHash('sha256');
    let body = '';
    for await (const chunk of request) {
      sum.update(chunk);
      if (url !== '/sum') body += chunk;
    }
    const more = {
      proto: headers['x-forwarded-proto'],
      client: headers['x-forwarded-for'],
      ...(url === '/sum' ? { sum: sum.digest('hex') } : {}),
    };
    response.end(JSON.stringify({ by, method, url, body, ...more }));
  };

  const start = async (by: string) => {
    http = createServer((request, response) => {
      answer(by, request, response).catch(() => response.destroy()); // who goes away in the middle gets none
    });
    http.on('upgrade', ({ headers }, socket) => {
      const head = [
        'HTTP/1.1 101 Switching Protocols',
        ...['Connection: Upgrade', 'Upgrade: websocket'],
        `Sec-WebSocket-Accept: ${acceptKey(headers['sec-websocket-key'])}`,
      ];
      socket.write(`${head.join('\r\n')}\r\n\r\n`);
      talk(socket, by, CLOSE_FRAME);
    });
    tcp = createTcp((socket) => talk(socket, by));
    for (const [name, server] of [
      ['http', http],
      ['tcp', tcp],
    ] as const) {
      await new Promise<void>((resolve) => server.listen(ports[name], '0.0.0.0', resolve));
      ports[name] = (server.address() as AddressInfo).port;
    }
  };

  const stop = async () => {
    const stopping = [http, tcp];
    http?.closeIdleConnections();
    const closed = stopping.map((server) => server && new Promise((resolve) => server.close(resolve)));
    for (const socket of open) socket.emit('goodbye');
    http?.closeAllConnections();
    [http, tcp] = [undefined, undefined];
    await Promise.all(closed);
  };

  await start('first');
  return {
    host: bridge?.address ?? '',
    sitePort: ports.http,
    port: ports.tcp,
    start,
    stop,
    finish: () => {
      for (const response of slow) response.end('second half');
      slow.clear();
    },
  };
}
