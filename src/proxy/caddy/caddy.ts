import { dirname } from 'node:path';
import { asCoveyError, CoveyError } from '../../errors.ts';
import { caddyPaths } from '../../render/caddy.ts';
import type { Exec } from '../exec.ts';
import { createPace, type Pace } from '../pace.ts';
import { askCaddy, assertTaken } from './admin.ts';
import { addressesOf, atSlot, type CaddyConfig, configOf, FIRST_LISTEN, slotIn } from './config.ts';
import { type Requests, requestsIn, UPSTREAMS } from './requests.ts';
import { type CaddySocketPaths, caddySockets, newSlot, notOpen } from './sockets.ts';

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

/** What is to be done with Caddy's configuration that no Caddyfile says. */
export interface CaddyDetour {
  /**
   * Leads Caddy over other configurations back to the one that it has; no other load comes between, and the way back is gone
   * whatever happens on the way there. False where this peer has not loaded any yet: then nothing is done.
   * @param work gets what is live, and what makes another one live: that resolves once Caddy has let go of the one before
   * @throws CoveyError as `load`, and what `work` throws
   */
  detour(
    work: (live: CaddyConfig, go: (to: CaddyConfig) => Promise<void>) => Promise<void>,
  ): Promise<boolean>;
}

/** What goes through Caddy. */
export interface CaddyRequests {
  /** The requests that are under way, also of configurations before. @throws CoveyError `unavailable` when it does not answer */
  requests(signal: AbortSignal): Promise<Requests[]>;
}

export interface CaddyDeps {
  /** Paths of the admin API's socket, of those where HAProxy brings visitors, and of the folder of the maintenance page as Caddy sees it. */
  paths: { admin: string; pages?: string } & CaddySocketPaths;
  exec: Exec;
  pace?: Pace;
  /** Milliseconds that the servers before stay; changed by tests. */
  leaving?: number;
  /** What was live already has failed after all; Caddy is as it was before. */
  onLost?: (error: CoveyError) => void;
}

export function createCaddy({
  paths,
  exec,
  pace = createPace(),
  leaving = LEAVING,
  onLost = () => undefined,
}: CaddyDeps): CaddyControl & CaddyDetour & CaddyRequests {
  const sockets = caddySockets(paths);
  const { https, seen = dirname(https), pages = caddyPaths.pages } = paths;
  /** The end of the last load: the servers that it has replaced are gone. */
  let ending: Promise<void> = Promise.resolve();
  let live: CaddyConfig | undefined;
  /** The end of what has to do with Caddy at present. */
  let last: Promise<unknown> = Promise.resolve();
  const alone = <T>(work: () => Promise<T>): Promise<T> => {
    const done = last.then(work);
    last = done.catch(() => undefined); // it is told to whoever asked for it
    return done;
  };

  const adapt = async (caddyfile: string) => {
    // Where there is a warning, and there is one for how we indent, `/load` answers a Caddyfile that it cannot start
    // with 200. So it gets what `/adapt` makes of it, of which it says what becomes of it.
    const text = { type: 'text/caddyfile', text: caddyfile };
    const adapted = await askCaddy(paths.admin, '/adapt', AbortSignal.timeout(DEADLINE), text);
    assertTaken(adapted);
    return configOf(adapted);
  };

  const send = async (wanted: CaddyConfig) => {
    const signal = AbortSignal.timeout(DEADLINE);
    const running = slotIn(await askCaddy(paths.admin, FIRST_LISTEN, signal));
    // Caddy may have started again with an older configuration than it served last.
    if (running) sockets.point(running);
    const slot = newSlot();
    // Before Caddy has begun with the new ones: all others but the running ones are of no use any more.
    if (running) await sockets.clear([running]);
    const config = atSlot(wanted, { slot, delay: leaving, https, asides: { run: seen, pages } });
    const addresses = addressesOf(config);
    const sent = { type: 'application/json', text: JSON.stringify(config) };
    const answered = askCaddy(paths.admin, '/load', signal, sent).then(assertTaken);
    const looking = new AbortController();
    let isLed = false;
    // Caddy answers when the old servers are gone; the new ones serve long before.
    const opened = sockets.opened(addresses, AbortSignal.any([signal, looking.signal])).then(() => {
      sockets.point(slot);
      isLed = true;
    });
    try {
      await (addresses.length > 0 ? Promise.race([answered, opened]) : answered);
    } finally {
      looking.abort();
    }
    if (!isLed) {
      if (!(await sockets.areOpen(addresses))) throw notOpen();
      sockets.point(slot);
    }
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
    load: (caddyfile, signal, outdated = signal) =>
      alone(async () => {
        await ending;
        await pace.turn(outdated);
        signal.throwIfAborted();
        const begun = performance.now();
        const wanted = await adapt(caddyfile);
        await send(wanted);
        live = wanted;
        // What is refused is followed by what is left without it, and that not later for it.
        pace.rest(Math.min(REST.times * (performance.now() - begun), REST.longest));
      }),
    detour: (work) =>
      alone(async () => {
        const back = live;
        if (back === undefined) return false;
        let isAway = false;
        const go = async (to: CaddyConfig) => {
          await ending;
          await send(to);
          await ending;
        };
        try {
          await work(back, async (to) => {
            isAway = true;
            await go(to);
          });
        } finally {
          if (isAway) await go(back);
        }
        return true;
      }),
    idle: () => ending,
    requests: async (signal) => requestsIn(await askCaddy(paths.admin, UPSTREAMS, signal)),
  };
}
