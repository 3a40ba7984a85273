import { Agent, type ClientRequest, type IncomingMessage, request } from 'node:http';
import { request as requestTls, Agent as TlsAgent } from 'node:https';
import type { Answer } from '../expected.ts';
import { type Asker, type Target, wholeBody } from './asker.ts';

/** Idle connections that stay; while requests are held there are many more. */
const KEPT = 8;

/** HTTP/1.1 on connections that stay open from one request to the next. */
export function keptAlive(target: Target): Asker {
  const options = { keepAlive: true, maxFreeSockets: KEPT };
  const agent = target.site.scheme === 'https' ? new TlsAgent(options) : new Agent(options);
  return {
    target,
    way: `${target.site.scheme}, kept connection`,
    ask: async (signal) => {
      const sent = send(target, agent, signal);
      try {
        return { ...(await answerOf(sent.response)), retried: false };
      } catch (thrown) {
        // A server may close an idle connection at the very moment of a request, and nobody can tell it from one that is used.
        if (!sent.request.reusedSocket || sent.hasBegun() || signal.aborted) throw thrown;
        return { ...(await answerOf(send(target, false, signal).response)), retried: true };
      }
    },
    close: () => agent.destroy(),
  };
}

/** HTTP/1.1 on a connection of its own for each request, with a handshake of its own. */
export function newConnections(target: Target): Asker {
  return {
    target,
    way: `${target.site.scheme}, new connection`,
    ask: async (signal) => ({ ...(await answerOf(send(target, false, signal).response)), retried: false }),
    close: () => undefined,
  };
}

function send(
  { address, port, site }: Target,
  agent: Agent | false,
  signal: AbortSignal,
): { request: ClientRequest; response: Promise<IncomingMessage>; hasBegun: () => boolean } {
  const { scheme, host, path } = site;
  const options = { host: address, port, path, agent, signal, headers: { host } };
  // The cluster's own CA is known to the nodes alone; what is tried here is who answers, and not by which certificate.
  const asked =
    scheme === 'https'
      ? requestTls({ ...options, servername: host, rejectUnauthorized: false })
      : request(options);
  let begun = false;
  const response = new Promise<IncomingMessage>((resolve, reject) => {
    asked.on('error', reject).on('response', (message) => {
      begun = true;
      resolve(message);
    });
  });
  asked.end();
  return { request: asked, response, hasBegun: () => begun };
}

async function answerOf(response: Promise<IncomingMessage>): Promise<Answer> {
  const message = await response;
  const body = await wholeBody(message, message.headers['content-length']);
  return { status: message.statusCode ?? 0, body };
}
