import { type Agent, request } from 'node:http';
import { request as requestTls } from 'node:https';
import { setTimeout as pause } from 'node:timers/promises';

export interface Answer {
  status: number;
  body: string;
}

export interface Question {
  address: string;
  host: string;
  port?: number;
  tls?: boolean;
  /** Default: a connection of its own. */
  agent?: Agent | undefined;
}

/** One GET of `/`. */
export function ask({ address, host, port, tls = false, agent }: Question): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const how = {
      host: address,
      path: '/',
      headers: { host },
      agent: agent ?? false,
      signal: AbortSignal.timeout(10_000),
      ...(port === undefined ? {} : { port }),
    };
    const asked = (tls ? requestTls : request)(
      tls ? { ...how, servername: host, rejectUnauthorized: false } : how,
      (response) => {
        let body = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          body += chunk;
        });
        response.on('error', reject);
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
      },
    );
    asked.on('error', reject);
    asked.end();
  });
}

/** Between two requests, in milliseconds: few enough to leave the machine to what is measured. */
const EVERY = 2;

/** Asks until the answer is `body`. @throws Error after `longest` milliseconds */
export async function untilAnswered(
  question: Question,
  body: string,
  { signal, longest = 60_000 }: { signal: AbortSignal; longest?: number },
): Promise<void> {
  const end = performance.now() + longest;
  let last = 'nothing';
  for (;;) {
    signal.throwIfAborted();
    // a connection that a reload closes is an answer too: not yet
    const answer = await ask(question).catch((error: Error) => ({ status: 0, body: error.message }));
    if (answer.status === 200 && answer.body === body) return;
    last = `${answer.status} ${answer.body.slice(0, 100)}`;
    if (performance.now() > end)
      throw new Error(`${question.host} does not answer ${body} after ${longest} ms, but ${last}`);
    await pause(EVERY);
  }
}
