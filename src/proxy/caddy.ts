import { asCoveyError, CoveyError } from '../errors.ts';
import { assertTaken, postToCaddy } from './caddy-admin.ts';
import { addressesOf, atPair, configOf } from './caddy-config.ts';
import { type CaddySocketPaths, caddySockets } from './caddy-sockets.ts';
import type { Exec } from './exec.ts';
import { createPace, type Pace } from './pace.ts';

/** Longest wait for Caddy to take a configuration, in milliseconds: 2,000 sites take it half a second. */
const DEADLINE = 30_000;

/** After each load a rest of so many times as long, but no longer than this, in milliseconds: Caddy also has to serve. */
const REST = { times: 4, longest: 1_000 };

/**
 * So long the servers of the configuration before stay, in milliseconds: who has just come gets his answer, and who has
 * something to ask is told to come back by a new connection.
 */
const LEAVING = 500;

/** The node's Caddy, by its admin API. */
export interface CaddyControl {
  /**
   * Makes the Caddyfile live, whole or not at all; open connections stay. Waits for its turn where the last load was a
   * moment ago. What has begun is not broken off.
   * @param outdated ends that wait: something newer is wanted. Default: the signal
   * @throws CoveyError `invalid` with Caddy's own words when it refuses the text, `unavailable` when it does not answer,
   * `cancelled` when it was outdated
   */
  load(caddyfile: string, signal: AbortSignal, outdated?: AbortSignal): Promise<void>;
  /** Judges the Caddyfile with all its modules; nothing live changes. @throws CoveyError as `load` */
  validate(caddyfile: string, signal: AbortSignal): Promise<void>;
  /** Resolves once Caddy has let go of the configuration before. */
  idle(): Promise<void>;
}

export interface CaddyDeps {
  /** Paths of the admin API's socket, and of those where HAProxy brings visitors. */
  paths: { admin: string } & CaddySocketPaths;
  exec: Exec;
  pace?: Pace;
  /** What was live already has failed after all; Caddy is as it was before. */
  onLost?: (error: CoveyError) => void;
}

export function createCaddy({
  paths,
  exec,
  pace = createPace(),
  onLost = () => undefined,
}: CaddyDeps): CaddyControl {
  const sockets = caddySockets(paths);
  /** The end of the last load: the servers that it has replaced are gone. */
  let ending: Promise<void> = Promise.resolve();

  const load = async (caddyfile: string) => {
    const signal = AbortSignal.timeout(DEADLINE);
    // Where there is a warning, and there is one for how we indent, `/load` answers a Caddyfile that it cannot start
    // with 200. So it gets what `/adapt` makes of it, of which it says what becomes of it.
    const adapted = await postToCaddy(
      paths.admin,
      '/adapt',
      { type: 'text/caddyfile', text: caddyfile },
      signal,
    );
    assertTaken(adapted);
    const pair = await sockets.free(signal);
    const config = atPair(configOf(adapted), pair, LEAVING);
    const sent = { type: 'application/json', text: JSON.stringify(config) };
    const looking = new AbortController();
    const answered = postToCaddy(paths.admin, '/load', sent, signal).then(assertTaken);
    // Caddy answers when the old servers are gone; the new ones serve long before.
    const opened = sockets.opened(addressesOf(config), AbortSignal.any([signal, looking.signal]));
    try {
      await Promise.race([answered, opened]);
    } finally {
      looking.abort();
    }
    await sockets.point(pair);
    ending = answered.catch((thrown) => onLost(asCoveyError(thrown)));
  };

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
      await ending;
      await pace.turn(outdated);
      signal.throwIfAborted();
      const begun = performance.now();
      await load(caddyfile);
      // What is refused is followed by what is left without it, and that not later for it.
      pace.rest(Math.min(REST.times * (performance.now() - begun), REST.longest));
    },
    idle: () => ending,
  };
}
