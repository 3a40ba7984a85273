import { hash } from 'node:crypto';
import { createServer as createHttp, type Server as HttpServer } from 'node:http';
import { createServer as createHttps } from 'node:https';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { networkInterfaces } from 'node:os';

/** A server that containers reach by `address`. */
export interface Upstream {
  address: string;
  close(): void;
}

/** What an HTTP upstream says it was asked. */
export interface Asked {
  by: string;
  method: string;
  url: string;
  headers: Record<string, string>;
}

/**
 * Tells in JSON what it was asked. `/down` breaks the connection; a query `status` is the status, any other is a header of
 * the answer.
 */
export async function httpUpstream(name: string): Promise<Upstream> {
  const server = createHttp((request, response) => {
    if (request.url === '/down') return request.destroy();
    const { searchParams } = new URL(request.url ?? '/', 'http://upstream');
    for (const [key, value] of searchParams) if (key !== 'status') response.setHeader(key, value);
    response.statusCode = Number(searchParams.get('status') ?? 200);
    const { method, url, headers } = request;
    response.end(JSON.stringify({ by: name, method, url, headers }));
  });
  return listening(echoing(server));
}

/** As `httpUpstream`, with a certificate that nobody knows. */
export async function httpsUpstream(name: string, tls: { cert: string; key: string }): Promise<Upstream> {
  return listening(createHttps(tls, (_, response) => response.end(name)));
}

/** Says back what it hears over a connection that was upgraded, as of a websocket. */
function echoing(server: HttpServer): HttpServer {
  return server.on('upgrade', ({ headers }, socket) => {
    // HAProxy lets no answer through that does not know the key
    const accept = hash(
      'sha1',
      `${headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`,
      'base64',
    );
    const head = ['Connection: Upgrade', 'Upgrade: websocket', `Sec-WebSocket-Accept: ${accept}`];
    socket.write(`HTTP/1.1 101 Switching Protocols\r\n${head.join('\r\n')}\r\n\r\n`);
    socket.on('error', () => undefined); // a visitor that goes away ends it
    socket.pipe(socket);
  });
}

/** Tells in JSON the parameters that a FastCGI application gets. */
export async function fastcgiUpstream(): Promise<Upstream> {
  return listening(createServer((socket) => answerFastcgi(socket)));
}

/** Where it listens, as containers see it. */
export async function listening(server: ReturnType<typeof createServer>): Promise<Upstream> {
  await new Promise<void>((resolve) => server.listen(0, '0.0.0.0', resolve));
  // where containers of Docker's default network see this machine
  const bridge = networkInterfaces().docker0?.find(({ family }) => family === 'IPv4');
  return {
    address: `${bridge?.address}:${(server.address() as AddressInfo).port}`,
    close: () => server.close(),
  };
}

/** Types of FastCGI's records. */
const record = { end: 3, params: 4, stdin: 5, stdout: 6 } as const;

function answerFastcgi(socket: Socket): void {
  let buffer = Buffer.alloc(0);
  const params: Buffer[] = [];
  socket.on('error', () => undefined); // a client that goes away ends the connection, and so this
  socket.on('data', (chunk) => {
    buffer = Buffer.concat([buffer, chunk]);
    while (buffer.length >= 8) {
      const length = buffer.readUInt16BE(4);
      const whole = 8 + length + buffer.readUInt8(6);
      if (buffer.length < whole) return;
      const content = buffer.subarray(8, 8 + length);
      const type = buffer.readUInt8(1);
      buffer = buffer.subarray(whole);
      if (type === record.params) params.push(Buffer.from(content));
      if (type !== record.stdin || length > 0) continue;
      const body = JSON.stringify(readParams(Buffer.concat(params)));
      const answer = Buffer.from(`Status: 200 OK\r\nContent-Type: application/json\r\n\r\n${body}`);
      socket.end(Buffer.concat([written(record.stdout, answer), written(record.end, Buffer.alloc(8))]));
    }
  });
}

function written(type: number, content: Buffer): Buffer {
  const head = Buffer.from([1, type, 0, 1, content.length >> 8, content.length & 255, 0, 0]);
  return Buffer.concat([head, content]);
}

/** Names and values, each with its length in front: one byte, or four with the first bit set. */
function readParams(buffer: Buffer): Record<string, string> {
  const params: Record<string, string> = {};
  let at = 0;
  const length = () => {
    const short = buffer.readUInt8(at);
    at += short < 128 ? 1 : 4;
    return short < 128 ? short : buffer.readUInt32BE(at - 4) & 0x7fffffff;
  };
  const text = (size: number) => {
    at += size;
    return buffer.toString('utf8', at - size, at);
  };
  while (at < buffer.length) {
    const sizes = [length(), length()] as const;
    params[text(sizes[0])] = text(sizes[1]);
  }
  return params;
}
