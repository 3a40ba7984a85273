import { on, once } from 'node:events';
import { type ClientHttp2Session, type ClientHttp2Stream, connect, constants } from 'node:http2';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import type { Answer } from '../expected.ts';
import { type Asker, type Target, wholeBody } from './asker.ts';

const { NGHTTP2_CANCEL, NGHTTP2_REFUSED_STREAM } = constants;

/** How often a request is sent that is refused each time, as by Chromium: a session that is new may come to a server that goes too. */
const TRIES = 3;

/** A request that the other side has not begun with, and says so. */
const NOT_BEGUN = new Set(['ERR_HTTP2_GOAWAY_SESSION', 'ERR_HTTP2_INVALID_SESSION']);

/** HTTP/2: all requests on one session, for as long as the other side keeps it. */
export function http2Session(target: Target): Asker {
  const sockets = new Set<TLSSocket>();
  let current: ClientHttp2Session | undefined;
  const usable = (): ClientHttp2Session => {
    if (current && !current.closed && !current.destroyed) return current;
    const socket = openSocket(target);
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    const session = connect(`https://${target.site.host}`, { createConnection: () => socket });
    current = session;
    // What runs on it goes on; the next one has to begin elsewhere.
    session.on('goaway', () => retire(session));
    session.on('close', () => retire(session));
    // Each of its requests hears of it too.
    session.on('error', () => retire(session));
    return session;
  };
  const retire = (session: ClientHttp2Session) => {
    if (current === session) current = undefined;
  };
  return {
    target,
    way: `${target.site.scheme}, HTTP/2`,
    ask: async (signal) => {
      for (let tries = 1; ; tries += 1) {
        const session = usable();
        try {
          return { ...(await ask(session, target, signal)), retried: tries > 1 };
        } catch (thrown) {
          if (!isNotBegun(thrown) || tries === TRIES || signal.aborted) throw thrown;
          retire(session);
        }
      }
    },
    close: () => {
      // A session that has begun to close waits for its socket, and that for a node that may be cut off.
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** Whether the site is served by HTTP/2 there. Errors: no connection, the signal's reason. */
export async function speaksHttp2({ address, port, site }: Target, signal: AbortSignal): Promise<boolean> {
  const options = { servername: site.host, rejectUnauthorized: false, ALPNProtocols: ['h2', 'http/1.1'] };
  const socket = connectTls({ host: address, port, ...options });
  try {
    await once(socket, 'secureConnect', { signal });
    return socket.alpnProtocol === 'h2';
  } finally {
    socket.on('error', () => undefined); // nobody waits for it any more
    socket.destroy();
  }
}

function openSocket({ address, port, site }: Target): TLSSocket {
  // As to the certificate, see http1.ts.
  const options = { servername: site.host, rejectUnauthorized: false, ALPNProtocols: ['h2'] };
  return connectTls({ host: address, port, ...options });
}

async function ask(session: ClientHttp2Session, { site }: Target, signal: AbortSignal): Promise<Answer> {
  const { host, path } = site;
  const stream = session.request({ ':authority': host, ':path': path }, { signal });
  // Not by the stream's own iterator: where all of an answer is there at once it takes the stream, closed but not read yet, for one that was cut.
  const chunks = on(stream, 'data', { close: ['end', 'close'] });
  try {
    const headers = await headersOf(stream);
    const body = await wholeBody(firsts(chunks), headers['content-length']);
    // One that was reset ends like any other.
    if (stream.rstCode !== 0 || !stream.readableEnded) throw reset(stream);
    return { status: Number(headers[':status']), body };
  } catch (thrown) {
    stream.close(NGHTTP2_CANCEL);
    throw thrown;
  }
}

async function* firsts(events: AsyncIterable<unknown[]>): AsyncGenerator<Buffer> {
  for await (const [first] of events) yield first as Buffer;
}

function headersOf(stream: ClientHttp2Stream): Promise<Record<string, string | undefined>> {
  return new Promise((resolve, reject) => {
    stream.on('error', reject);
    stream.on('response', (headers) => resolve(headers as Record<string, string | undefined>));
    stream.on('close', () => reject(reset(stream)));
  });
}

const reset = ({ rstCode }: ClientHttp2Stream): Error & { rstCode?: number } =>
  Object.assign(new Error(`the stream was closed (code ${rstCode ?? 0})`), { rstCode });

function isNotBegun(thrown: unknown): boolean {
  if (!(thrown instanceof Error)) return false;
  const { code, rstCode } = thrown as Error & { code?: string; rstCode?: number };
  if (rstCode === NGHTTP2_REFUSED_STREAM) return true;
  return (code !== undefined && NOT_BEGUN.has(code)) || /NGHTTP2_REFUSED_STREAM/.test(thrown.message);
}
