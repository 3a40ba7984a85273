import { request } from 'node:http';
import { z } from 'zod';
import { CoveyError } from '../errors.ts';
import type { Exec } from './exec.ts';
import { createPace, type Pace } from './pace.ts';

/** Longest wait for Caddy to take a configuration, in milliseconds: 2,000 sites take it half a second. */
const DEADLINE = 30_000;

/** After each load a rest of so many times as long, but no longer than this, in milliseconds: Caddy also has to serve. */
const REST = { times: 4, longest: 1_000 };

/** The node's Caddy, by its admin API. */
export interface CaddyControl {
  /**
   * Makes the Caddyfile live, whole or not at all; open connections stay. Waits for its turn where the last load was a
   * moment ago.
   * @param outdated ends that wait: something newer is wanted. Default: the signal
   * @throws CoveyError `invalid` with Caddy's own words when it refuses the text, `unavailable` when it does not answer,
   * `cancelled` when it was outdated
   */
  load(caddyfile: string, signal: AbortSignal, outdated?: AbortSignal): Promise<void>;
  /** Judges the Caddyfile with all its modules; nothing live changes. @throws CoveyError as `load` */
  validate(caddyfile: string, signal: AbortSignal): Promise<void>;
}

/** @param socket path of the unix socket of the admin API */
export function createCaddy(socket: string, exec: Exec, pace: Pace = createPace()): CaddyControl {
  return {
    validate: async (caddyfile, signal) => {
      const { exitCode, stdout, stderr } = await exec(
        ['caddy', 'validate', '--adapter', 'caddyfile', '--config', '-'],
        signal,
        caddyfile,
      );
      if (exitCode === 0) return;
      const said = `${stdout}\n${stderr}`.split('\n').filter((line) => line.startsWith('Error:'));
      throw new CoveyError('invalid', `Caddy refuses the configuration: ${said.join('; ') || stderr.trim()}`);
    },
    load: async (caddyfile, signal, outdated = signal) => {
      await pace.turn(outdated);
      const begun = performance.now();
      // Where there is a warning, and there is one for how we indent, `/load` answers a Caddyfile that it cannot start
      // with 200. So it gets what `/adapt` makes of it, of which it says what becomes of it.
      const adapted = await post(socket, '/adapt', { type: 'text/caddyfile', text: caddyfile }, signal);
      refuse(adapted);
      refuse(await post(socket, '/load', { type: 'application/json', text: configOf(adapted) }, signal));
      // What is refused is followed by what is left without it, and that not later for it.
      pace.rest(Math.min(REST.times * (performance.now() - begun), REST.longest));
    },
  };
}

/** What `/adapt` answers; there are `warnings` too. */
const adaptation = z.object({ result: z.record(z.string(), z.unknown()) });

function configOf({ body }: Answer): string {
  try {
    return JSON.stringify(adaptation.parse(JSON.parse(body)).result);
  } catch (cause) {
    throw new CoveyError('unavailable', 'Caddy does not answer with a configuration.', {
      cause,
      hint: 'Look at the log of its container.',
    });
  }
}

interface Answer {
  status: number;
  body: string;
}

function refuse({ status, body }: Answer): void {
  if (status >= 300) throw new CoveyError('invalid', `Caddy refuses the configuration: ${reason(body)}`);
}

function post(
  socketPath: string,
  path: string,
  sent: { type: string; text: string },
  signal: AbortSignal,
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
        method: 'POST',
        // Caddy checks the host of admin requests; over a unix socket it expects none of its own.
        headers: { 'content-type': sent.type, host: '' },
        signal: AbortSignal.any([signal, AbortSignal.timeout(DEADLINE)]),
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
    call.end(sent.text);
  });
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
