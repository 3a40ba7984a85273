import { request } from 'node:http';
import { CoveyError } from '../../errors.ts';

/**
 * The body of the answer to a request over a unix socket.
 * @throws CoveyError `unavailable` where nobody answers, `failed` for a status other than 2xx
 */
export function askSocket(
  socketPath: string,
  { method, path }: { method: 'GET' | 'POST'; path: string },
  signal: AbortSignal,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const fail = (cause: unknown) =>
      reject(new CoveyError('unavailable', `Nobody answers on ${socketPath}.`, { cause }));
    const call = request(
      // Caddy expects no host over a unix socket.
      { socketPath, agent: false, method, path, headers: { host: '' }, signal },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', fail);
        response.on('end', () => {
          const { statusCode = 500 } = response;
          if (statusCode < 300) resolve(Buffer.concat(chunks).toString('utf8'));
          else reject(new CoveyError('failed', `${socketPath} answers ${path} with status ${statusCode}.`));
        });
      },
    );
    call.on('error', fail);
    call.end();
  });
}
