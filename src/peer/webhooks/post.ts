import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import * as http from 'node:http';
import * as https from 'node:https';
import { CoveyError } from '../../errors.ts';
import { version } from '../../version.ts';

/** Where to it goes. */
export interface Receiver {
  url: URL;
  /** What messages are signed with. */
  secret: string | undefined;
  /** PEM of the authority of its certificate; undefined: those that Node knows. */
  ca: string | undefined;
}

/** One message; `id` is the same each time that it is sent. */
export interface Message {
  id: string;
  kind: string;
  /** JSON. */
  body: string;
}

/** In logs and errors: the rest of a URL may be a secret. */
export const nameOf = ({ url }: Receiver): string => url.origin;

/** Status codes of 400 and more with which the same message may do better later. */
const PASSING = [408, 425, 429];

/**
 * Sends a message once. A redirect is not followed: where to something goes is for the settings to say.
 * Errors: `unavailable` or `timeout` where it may do better later, `refused` where it will not.
 */
export async function post(receiver: Receiver, message: Message, signal: AbortSignal): Promise<void> {
  const { statusCode = 0, headers } = await ask(receiver, message, signal);
  const name = nameOf(receiver);
  if (statusCode >= 200 && statusCode < 300) return;
  if (statusCode >= 300 && statusCode < 400) {
    throw new CoveyError(
      'refused',
      `The webhook ${name} leads elsewhere (${statusCode}), which is not followed.`,
      {
        hint: `Give the setting the URL that ${originOf(headers.location, receiver)} has for it.`,
      },
    );
  }
  if (statusCode >= 400 && statusCode < 500 && !PASSING.includes(statusCode)) {
    throw new CoveyError('refused', `The webhook ${name} refuses what it is sent (${statusCode}).`, {
      hint: 'Look at its URL and its secret in the settings, and at the log of the receiver.',
    });
  }
  throw new CoveyError('unavailable', `The webhook ${name} answers ${statusCode}.`, {
    hint: 'It is tried again for a time. Look at the log of the receiver.',
  });
}

async function ask(
  receiver: Receiver,
  { id, kind, body }: Message,
  signal: AbortSignal,
): Promise<http.IncomingMessage> {
  const { url, secret, ca } = receiver;
  const options = {
    method: 'POST',
    agent: false,
    signal,
    headers: {
      'Content-Type': 'application/json',
      'Content-Length': Buffer.byteLength(body),
      'User-Agent': `covey/${version}`,
      'X-Covey-Kind': kind,
      'X-Covey-Delivery': id,
      ...(secret !== undefined && { 'X-Covey-Signature': signature(secret, body) }),
    },
  };
  const request =
    url.protocol === 'https:'
      ? https.request(url, { ...options, ...(ca !== undefined && { ca }) })
      : http.request(url, options);
  // One that comes after its answer is nobody's concern.
  request.on('error', () => undefined);
  request.end(body);
  try {
    const [response] = (await once(request, 'response', { signal })) as [http.IncomingMessage];
    return response;
  } catch (cause) {
    const name = nameOf(receiver);
    if (signal.aborted)
      throw new CoveyError('timeout', `The webhook ${name} does not answer in time.`, { cause });
    throw new CoveyError('unavailable', `The webhook ${name} is not reached: ${(cause as Error).message}`, {
      cause,
    });
  } finally {
    // Its status is all that is wanted of it.
    request.destroy();
  }
}

/** As GitHub and others sign: the receiver makes the same of the body as it came, and compares. */
export function signature(secret: string, body: string): string {
  return `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
}

function originOf(location: string | undefined, { url }: Receiver): string {
  return location !== undefined && URL.canParse(location, url.href)
    ? new URL(location, url).origin
    : 'the receiver';
}
