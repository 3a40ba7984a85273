import { setTimeout as pause } from 'node:timers/promises';
import { type Check, error, type Finding, ok } from './check.ts';

/** The container of a program. */
interface Contained {
  container: string;
  /** As Docker says, "running" for one; undefined where there is none. */
  state(signal: AbortSignal): Promise<string | undefined>;
}

/** HAProxy on the node. Each call throws where it does not answer. */
export interface HaproxySource extends Contained {
  node: string;
  /** Asks the runtime API and the master, and gives the digest of what the worker runs; undefined: not the peer's. */
  live(signal: AbortSignal): Promise<string | undefined>;
  /** The digest that the file on disk says, and that of what is in it; undefined: not the peer's, or none. */
  disk(): Promise<{ said: string; is: string } | undefined>;
}

/** Caddy on the node. Each call throws where it does not answer. */
export interface CaddySource extends Contained {
  /** Resolves when the admin API answers. */
  admin(signal: AbortSignal): Promise<void>;
  version(signal: AbortSignal): Promise<string>;
  /** Names of the modules that it has. */
  modules(signal: AbortSignal): Promise<readonly string[]>;
}

/** HAProxy brings visitors with the PROXY protocol. */
const PROXY_PROTOCOL = 'caddy.listeners.proxy_protocol';

/** Until a configuration that is just being applied is looked at again, in milliseconds. */
const AGAIN = 500;
const LOOKS = 5;

export function haproxyChecks(source: HaproxySource): Check[] {
  const hint = `docker restart ${source.container}, docker logs --tail 20 ${source.container}`;
  return [
    {
      name: 'haproxy',
      hint,
      look: async (signal) => {
        const finding = judgeContainer(source.container, await source.state(signal));
        if (finding.state !== 'ok') return finding;
        await source.live(signal);
        return ok(`${finding.found}, runtime API and master answer`);
      },
    },
    {
      name: 'haproxy configuration',
      hint,
      look: async (signal) => {
        for (let looks = 1; ; looks++) {
          const finding = judgeConfiguration(source, await source.disk(), await source.live(signal));
          // The file is there a moment before the worker has it.
          if (finding.state === 'ok' || looks === LOOKS) return finding;
          await pause(AGAIN, undefined, { signal });
        }
      },
    },
  ];
}

export function caddyChecks(source: CaddySource): Check[] {
  const hint = `docker restart ${source.container}, docker logs --tail 20 ${source.container}`;
  return [
    {
      name: 'caddy',
      hint,
      look: async (signal) => {
        const finding = judgeContainer(source.container, await source.state(signal));
        if (finding.state !== 'ok') return finding;
        await source.admin(signal);
        return ok(`${finding.found}, the admin API answers`);
      },
    },
    {
      name: 'caddy version',
      hint,
      look: async (signal) =>
        judgeModules(...(await Promise.all([source.version(signal), source.modules(signal)]))),
    },
  ];
}

export function judgeContainer(container: string, state: string | undefined): Finding {
  if (state === 'running') return ok(`${container} runs`);
  if (state === undefined)
    return error(`there is no container ${container}`, "in covey's folder: docker compose up -d");
  return error(
    `${container} is ${state}`,
    `docker start ${container}; if it ends again: docker logs --tail 20 ${container}`,
  );
}

export function judgeConfiguration(
  { node, container }: Pick<HaproxySource, 'node' | 'container'>,
  disk: { said: string; is: string } | undefined,
  live: string | undefined,
): Finding {
  const mend = `covey render --node ${node} --diff says what differs; docker restart covey-peer applies it anew`;
  if (disk === undefined) return error('haproxy.cfg on disk is not written by the peer', mend);
  if (disk.said !== disk.is) return error('haproxy.cfg on disk was changed by hand', mend);
  if (live === disk.said) return ok(`the one on disk (${live}) is live`);
  return error(
    live === undefined
      ? 'what is live is not written by the peer'
      : `${live} is live, ${disk.said} is on disk`,
    `docker restart ${container}; ${mend}`,
  );
}

export function judgeModules(version: string, modules: readonly string[]): Finding {
  if (modules.includes(PROXY_PROTOCOL)) return ok(`Caddy ${version} takes the PROXY protocol`);
  return error(
    `Caddy ${version || 'without a version'} takes no PROXY protocol: no site can be served`,
    "version 2.7 or later does; in covey's folder: docker compose pull caddy && docker compose up -d caddy",
  );
}
