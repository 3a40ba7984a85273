import { createSocket } from 'node:dgram';
import { isIPv4 } from 'node:net';
import { type DecodedPacket, decode, encode, RECURSION_DESIRED, type StringAnswer } from 'dns-packet';
import { CoveyError } from '../../errors.ts';

/** Seconds a resolver may keep an answer: HAProxy asks again by its own `hold` settings. */
const TTL = 1;

const SERVFAIL = 2;
const NXDOMAIN = 3;

/** An address, `none` where no container has the name, `unknown` while we cannot tell. */
export type Lookup = (name: string) => { address: string } | 'none' | 'unknown';

/**
 * Answers HAProxy's questions for the addresses of containers. HAProxy lives in the host's network, where Docker's own
 * resolver is out of reach. UDP, loopback only.
 * `unknown` is answered with SERVFAIL, upon which HAProxy keeps what it had.
 * @throws CoveyError `unavailable` where the port is taken
 */
export async function serveNames(
  listen: { host: string; port: number },
  lookup: Lookup,
): Promise<{ port: number; close(): Promise<void> }> {
  const socket = createSocket('udp4');
  socket.on('message', (message, from) => {
    const reply = answer(message, lookup);
    // A reply that cannot be sent is as one that was lost: HAProxy asks again. Without a callback it would end the peer.
    if (reply) socket.send(reply, from.port, from.address, () => undefined);
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('error', (cause) =>
      reject(
        new CoveyError(
          'unavailable',
          `The names of containers cannot be served on ${listen.host}:${listen.port}/udp.`,
          {
            cause,
            hint: 'Another program listens there; stop it.',
          },
        ),
      ),
    );
    socket.bind(listen.port, listen.host, resolve);
  });
  return {
    port: socket.address().port,
    close: () => new Promise((resolve) => socket.close(() => resolve())),
  };
}

/** The reply to one datagram; none for what is not a question. */
function answer(message: Buffer, lookup: Lookup): Buffer | undefined {
  const query = parse(message);
  const question = query?.questions?.[0];
  if (query?.type !== 'query' || !question) return undefined;
  const found = lookup(question.name.toLowerCase());
  const code = { unknown: SERVFAIL, none: NXDOMAIN };
  const answers: StringAnswer[] =
    typeof found === 'object' && isIPv4(found.address) && question.type === 'A'
      ? [{ type: 'A', name: question.name, ttl: TTL, data: found.address }]
      : [];
  return encode({
    type: 'response',
    id: query.id ?? 0,
    flags: ((query.flags ?? 0) & RECURSION_DESIRED) | (typeof found === 'object' ? 0 : code[found]),
    questions: [question],
    answers,
  });
}

function parse(message: Buffer): DecodedPacket | undefined {
  try {
    return decode(message);
  } catch {
    return undefined; // not DNS: nobody waits for a reply to noise
  }
}
