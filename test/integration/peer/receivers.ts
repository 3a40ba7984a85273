import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

interface Received {
  headers: IncomingMessage['headers'];
  body: string;
  message: Record<string, unknown>;
}

/** A receiver of webhooks on loopback, which answers as `answer` does. */
export async function startReceiver(
  answer: (response: ServerResponse, count: number) => void = (response) => response.end(),
  tls?: { key: string; cert: string },
) {
  const received: Received[] = [];
  const onRequest = async (request: IncomingMessage, response: ServerResponse) => {
    const body = await text(request);
    received.push({ headers: request.headers, body, message: JSON.parse(body) as Received['message'] });
    answer(response, received.length);
  };
  const server = tls ? createSecureServer(tls, onRequest) : createServer(onRequest);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `${tls ? 'https' : 'http'}://localhost:${port}/hook?token=5e884898`,
    origin: `${tls ? 'https' : 'http'}://localhost:${port}`,
    received,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
