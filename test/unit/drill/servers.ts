import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createSecureServer, type Http2ServerRequest, type Http2ServerResponse } from 'node:http2';
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll } from 'vitest';
import type { Target } from '../../../src/drill/connections/asker.ts';
import { initCa, issue } from '../../../src/rpc/ca.ts';

type Behaviour = (
  request: IncomingMessage | Http2ServerRequest,
  response: ServerResponse | Http2ServerResponse,
) => void;

export const PAGE = 'the page of the app\n';

export const answer =
  (status: number, body: string): Behaviour =>
  (_, response) => {
    response.statusCode = status;
    response.setHeader('content-length', Buffer.byteLength(body));
    response.end(body);
  };

/** Of HTTP/2 the stream alone, as it is when only the app's connection was lost; of HTTP/1.1 the connection. */
const cut: Behaviour = ({ httpVersionMajor }, response) => {
  if (httpVersionMajor === 2 && 'stream' in response) response.stream.close(2);
  else response.socket?.destroy();
};

/** Half of the page, and no more. */
const half: Behaviour = (request, response) => {
  response.setHeader('content-length', PAGE.length);
  (response as ServerResponse).write(PAGE.slice(0, 9), () => cut(request, response));
};

/** What may be wrong with an answer, and how it is told. */
export const faults: Record<string, { behave: Behaviour; told: RegExp }> = {
  'the wrong status': { behave: answer(503, PAGE), told: /^503 instead of 200$/ },
  'another body of that length': {
    behave: answer(200, PAGE.toUpperCase()),
    told: /^other content$/,
  },
  'another body': { behave: answer(200, 'hello'), told: /^a body of 5 bytes instead of 20$/ },
  'an empty body': { behave: answer(200, ''), told: /^a body of 0 bytes instead of 20$/ },
  'a connection that is cut': { behave: cut, told: /cut|hang up|closed/ },
  'a body that is cut': { behave: half, told: /cut|aborted|closed/ },
  'no answer in time': { behave: () => undefined, told: /^no answer within 1 s$/ },
};

let folder: string;
let tls: { cert: Buffer; key: Buffer };
const open: { server: Server; sockets: Set<Socket> }[] = [];

/** For a file of tests: a certificate that nobody knows; the servers of a test end after it. */
export function useServers(): void {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'covey-drill-'));
    await initCa({ dir: folder });
    const { cert, key } = await issue({ name: 'node1', role: 'peer', dir: folder, out: folder });
    tls = { cert: await readFile(cert), key: await readFile(key) };
  });
  afterAll(() => rm(folder, { recursive: true }));
  afterEach(async () => {
    for (const { server, sockets } of open.splice(0)) {
      for (const socket of sockets) socket.destroy();
      if (!server.listening) continue;
      server.close();
      await once(server, 'close');
    }
  });
}

/** A site by HTTP and HTTPS, with HTTP/2, whose behaviour can change. */
export async function startSite(): Promise<{
  targets: Target[];
  behave: (behaviour: Behaviour) => void;
  /** Requests so far, as `http GET /page shop.lab`. */
  seen: string[];
  /** Connections so far. */
  connections: () => number;
}> {
  let behaviour = answer(200, PAGE);
  const seen: string[] = [];
  const handle =
    (scheme: string): Behaviour =>
    (request, response) => {
      const host = request.headers[':authority'] ?? request.headers.host;
      seen.push(`${scheme} ${request.method} ${request.url} ${host}`);
      behaviour(request, response);
    };
  const plain = await listen(createServer(handle('http')));
  const secure = await listen(createSecureServer({ ...tls, allowHTTP1: true }, handle('https')));
  const target = (scheme: 'http' | 'https', port: number): Target => ({
    ...{ node: 'node1', address: '127.0.0.1', port, site: { scheme, host: 'shop.lab', path: '/page' } },
  });
  return {
    targets: [target('http', plain.port), target('https', secure.port)],
    behave: (next) => {
      behaviour = next;
    },
    seen,
    connections: () => plain.connections() + secure.connections(),
  };
}

/** A server that answers the first request of a connection, and closes it at the second one without a word. */
export async function startForgetful(): Promise<Target> {
  const text = `HTTP/1.1 200 OK\r\ncontent-length: ${PAGE.length}\r\n\r\n${PAGE}`;
  const server = createTcpServer((socket) => {
    let requests = 0;
    socket.on('data', () => (++requests === 1 ? socket.write(text) : socket.destroy()));
  });
  const { port } = await listen(server);
  const site = { scheme: 'http', host: 'shop.lab', path: '/page' } as const;
  return { node: 'node1', address: '127.0.0.1', port, site };
}

async function listen(server: Server): Promise<{ port: number; connections: () => number }> {
  const sockets = new Set<Socket>();
  let connections = 0;
  server.on('connection', (socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
  });
  open.push({ server, sockets });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, connections: () => connections };
}
