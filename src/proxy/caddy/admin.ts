import { request } from 'node:http';
import { CoveyError } from '../../errors.ts';

/** What Caddy's admin API answers. */
export interface Answer {
  status: number;
  body: string;
}

/**
 * Asks Caddy's admin API by its unix socket.
 * @throws CoveyError `unavailable` when it does not answer
 */
export function askCaddy(
  socketPath: string,
  path: string,
  signal: AbortSignal,
  sent?: { type: string; text: string },
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const fail = (cause: unknown) =>
      reject(
        new CoveyError('unavailable', `Caddy does not answer on ${socketPath}.`, {
          cause,
          hint: 'Is its container running?',
        }),
      );
    const call = request(
      {
        socketPath,
        // Caddy opens its admin socket anew with each configuration, and closes the connections that it had.
        agent: false,
        path,
        method: sent ? 'POST' : 'GET',
        // Caddy checks the host of admin requests; over a unix socket it expects none of its own.
        headers: { ...(sent && { 'content-type': sent.type }), host: '' },
        signal,
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', fail);
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 500, body: Buffer.concat(chunks).toString('utf8') }),
        );
      },
    );
    call.on('error', fail);
    call.end(sent?.text);
  });
}

/** @throws CoveyError `invalid` with Caddy's own words where it has refused */
export function assertTaken({ status, body }: Answer): void {
  if (status >= 300) throw new CoveyError('invalid', `Caddy refuses the configuration: ${reason(body)}`);
}

/** Caddy answers `{"error": "..."}`. */
function reason(body: string): string {
  try {
    const parsed: unknown = JSON.parse(body);
    if (typeof parsed === 'object' && parsed !== null && 'error' in parsed) return String(parsed.error);
  } catch {
    // not JSON: its text is the best we have
  }
  return body.trim();
}
