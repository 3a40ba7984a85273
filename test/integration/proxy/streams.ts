import { createHash, randomBytes } from 'node:crypto';
import { createServer, type ServerResponse } from 'node:http';
import { connect, createServer as createTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { CoveyError } from '../../../src/errors.ts';
import { listening, type Upstream } from './upstream.ts';

/** Longest wait for what is to come over a connection, in milliseconds. */
const DEADLINE = 15_000;

/** RFC 6455, 1.3. */
const WEBSOCKET = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

/** What a server answers to a client's key: HAProxy lets no other answer through. */
export const acceptKey = (key: string | undefined): string =>
  createHash('sha1').update(`${key}${WEBSOCKET}`).digest('base64');

/** A connection to one of HAProxy's ports, by hand. */
export interface Wire {
  /** Sends, and resolves with all that came since then once it holds the answer. Rejects where the connection ends before. */
  ask(text: string, answer: string): Promise<string>;
  /** Resolves once somebody else has closed it, with how: `end` where it came to its end, or an error's code such as ECONNRESET. */
  closed: Promise<string>;
  /** What has come since it was asked last. */
  heard(): Buffer;
  close(): void;
}

/** `host`: the server name, where TLS is spoken. */
export async function openWire(port: number, host?: string): Promise<Wire> {
  const to = { host: '127.0.0.1', port };
  const socket: Socket =
    host === undefined ? connect(to) : connectTls({ ...to, servername: host, rejectUnauthorized: false });
  const ended = Promise.withResolvers<string>();
  let got = '';
  let heard: Buffer[] = [];
  let look = () => {};
  let broken: Error | undefined;
  let isEnded = false;
  socket.on('data', (chunk: Buffer) => {
    heard.push(chunk);
    got += chunk;
    look();
  });
  socket.on('end', () => {
    isEnded = true;
  });
  socket.on('error', (error) => {
    broken = error;
  });
  socket.on('close', () => {
    const { code = 'no end' } = (broken ?? {}) as NodeJS.ErrnoException;
    ended.resolve(broken === undefined && isEnded ? 'end' : code);
    broken ??= new Error('the connection was closed');
    look();
  });
  await new Promise<void>((resolve, reject) => {
    socket.once(host === undefined ? 'connect' : 'secureConnect', () => resolve());
    socket.once('close', () => reject(broken));
  });
  return {
    closed: ended.promise,
    heard: () => Buffer.concat(heard),
    close: () => {
      socket.destroy();
    },
    ask: (text, answer) =>
      new Promise((resolve, reject) => {
        const late = setTimeout(
          () => reject(new CoveyError('timeout', `no "${answer}" in "${got}" after "${text}"`)),
          DEADLINE,
        );
        got = '';
        heard = [];
        look = () => {
          if (!got.includes(answer) && !broken) return;
          clearTimeout(late);
          if (got.includes(answer)) resolve(got);
          else reject(new Error(`before "${answer}" came, only "${got}"`, { cause: broken }));
        };
        if (broken) look();
        else socket.write(text);
      }),
  };
}

/** Opens what a websocket opens, where the app says `ready`; what is sent afterwards comes back. */
export async function openWebsocket(
  port: number,
  host: string,
  tls: boolean,
  ready = 'ready\n',
): Promise<Wire> {
  const wire = await openWire(port, tls ? host : undefined);
  const head = [
    'GET /socket HTTP/1.1',
    `Host: ${host}`,
    ...['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13'],
    `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
  ];
  await wire.ask(`${head.join('\r\n')}\r\n\r\n`, ready);
  return wire;
}

/** Opens a stream of events, as a browser does. */
export async function openEvents(port: number, host: string, tls: boolean, ready: string): Promise<Wire> {
  const wire = await openWire(port, tls ? host : undefined);
  await wire.ask(`GET /events HTTP/1.1\r\nHost: ${host}\r\nAccept: text/event-stream\r\n\r\n`, ready);
  return wire;
}

/** An answer of which the first half is there. */
export async function openSlow(
  port: number,
  host: string,
  tls: boolean,
  [method, ...fields]: [string, ...string[]] = ['GET'],
): Promise<Wire> {
  const wire = await openWire(port, tls ? host : undefined);
  const head = [`${method} /slow HTTP/1.1`, `Host: ${host}`, ...fields];
  await wire.ask(`${head.join('\r\n')}\r\n\r\n`, 'first half');
  return wire;
}

/** `/slow` gives the second half of its answer when it is told to; an upgraded connection says `ready` and then echoes. */
export async function streamUpstream(): Promise<Upstream & { finish(): void }> {
  const slow = new Set<ServerResponse>();
  const server = createServer((request, response) => {
    if (request.url !== '/slow') return response.end('at once');
    response.setHeader('content-type', 'text/plain');
    response.write('first half, ');
    slow.add(response);
    response.on('close', () => slow.delete(response));
  });
  server.on('upgrade', ({ headers }, socket) => {
    socket.on('error', () => undefined); // who goes away ends the connection, and so this
    const accept = acceptKey(headers['sec-websocket-key']);
    const head = [
      'HTTP/1.1 101 Switching Protocols',
      ...['Connection: Upgrade', 'Upgrade: websocket', `Sec-WebSocket-Accept: ${accept}`],
    ];
    socket.write(`${head.join('\r\n')}\r\n\r\nready\n`);
    socket.pipe(socket);
  });
  const upstream = await listening(server);
  return {
    ...upstream,
    finish: () => {
      for (const response of slow) response.end('second half');
    },
  };
}

/** Sends back what comes. */
export async function echoUpstream(): Promise<Upstream> {
  return listening(
    createTcp((socket) => {
      socket.on('error', () => undefined); // who goes away ends the connection, and so this
      socket.pipe(socket);
    }),
  );
}
