import { createHash, randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { asCoveyError, CoveyError } from '../../errors.ts';
import { readIfThere, writeIfChanged } from '../../files.ts';
import { keptServerState } from '../../render/haproxy/state.ts';
import type { Exec } from '../exec.ts';
import { createPace, type Pace } from '../pace.ts';
import { createDomainMap, type Entries } from './domain-map.ts';
import type { Command } from './runtime.ts';

/** The node's HAProxy: its files, its runtime API and its master. */
export interface HaproxyControl {
  /** @throws CoveyError `invalid` with HAProxy's own words when it refuses the text */
  validate(config: string, signal: AbortSignal): Promise<void>;
  /**
   * Makes configuration and map live. A changed map goes through the runtime API and touches no connection; a changed
   * configuration is one hitless reload. Reloads begin a second apart; while one waits for its turn, the map goes ahead as
   * far as the running configuration can do it. The files say what runs; a HAProxy that is down comes up with what is wanted.
   * @param outdated ends the wait for the turn: something newer is wanted. Default: the signal
   * @throws CoveyError `unavailable` when HAProxy does not answer: apply again once it runs; `invalid` where it cannot
   * do what the configuration says, such as bind a port that is taken: the old one is live, and on disk; `cancelled` when
   * it was outdated
   */
  apply(wanted: { config: string; map: Entries }, signal: AbortSignal, outdated?: AbortSignal): Promise<void>;
}

export interface HaproxyPaths {
  config: string;
  map: string;
  serverState: string;
}

/** From the beginning of one reload to that of the next, in milliseconds: each leaves an old process behind. */
const RELOAD_INTERVAL = 1_000;

/** So many configurations that HAProxy has found good are not judged again: what it runs, and what may come next. */
const REMEMBERED = 4;

/** How long the new worker may take after a reload, in milliseconds. */
const RELOAD_DEADLINE = 15_000;

export function createHaproxy(options: {
  paths: HaproxyPaths;
  exec: Exec;
  runtime: Command;
  master: Command;
  /** Of the reloads. */
  pace?: Pace;
}): HaproxyControl {
  const { paths, exec, runtime, master, pace = createPace() } = options;
  const domains = createDomainMap(paths.map, runtime);

  let accepted: readonly string[] = [];
  const validate = async (config: string, signal: AbortSignal): Promise<void> => {
    if (accepted.includes(config)) return;
    // HAProxy reads the map when it judges the configuration; on a new node there is none yet.
    if ((await readIfThere(paths.map)) === undefined) await writeIfChanged(paths.map, '');
    const candidate = join(paths.config, '..', `candidate-${randomUUID()}.cfg`);
    await writeIfChanged(candidate, config);
    try {
      const { exitCode, stderr, stdout } = await exec(['haproxy', '-c', '-f', candidate], signal);
      if (exitCode !== 0) throw new CoveyError('invalid', alerts(stderr || stdout, candidate));
      accepted = [config, ...accepted].slice(0, REMEMBERED);
    } finally {
      await rm(candidate, { force: true });
    }
  };

  const reload = async (config: string, wanted: string, signal: AbortSignal): Promise<void> => {
    // The new worker goes on with the addresses that the old one had found.
    const state = keptServerState(await runtime('show servers state', signal), config);
    await writeIfChanged(paths.serverState, state);
    const answer = await master('reload', signal);
    // Since 2.7 the master waits and says how it went; before, it says nothing.
    if (answer.startsWith('Success=0')) throw new CoveyError('invalid', alerts(answer, paths.config));
    const bound = AbortSignal.any([signal, AbortSignal.timeout(RELOAD_DEADLINE)]);
    while ((await liveConfig(runtime, signal)) !== wanted) {
      if (bound.aborted) {
        throw new CoveyError('unavailable', 'HAProxy did not take the new configuration in time.', {
          hint: 'Look at the log of its container.',
        });
      }
      await pause(20);
    }
  };

  return {
    validate,
    apply: async ({ config, map }, signal, outdated = signal) => {
      const wanted = digest(config);
      const write = async () => {
        await domains.write(map);
        await writeIfChanged(paths.config, marked(config, wanted));
      };
      const live = await liveConfig(runtime, signal).catch(async (thrown) => {
        await write();
        throw thrown;
      });
      if (live === wanted) {
        await writeIfChanged(paths.config, marked(config, wanted));
        return domains.put(map, signal);
      }
      // a HAProxy that was just installed knows no map
      if (live !== undefined) await domains.putReachable(map, signal);
      await pace.turn(outdated);
      pace.rest(RELOAD_INTERVAL);
      const before = { config: await readIfThere(paths.config), map: await readIfThere(paths.map) };
      await write();
      try {
        await reload(config, wanted, signal);
      } catch (thrown) {
        // What cannot be bound passes HAProxy's own check. Its next start must find what it could run.
        if (asCoveyError(thrown).code === 'invalid' && before.config) {
          await writeIfChanged(paths.config, before.config);
          await writeIfChanged(paths.map, before.map ?? '');
        }
        throw thrown;
      }
    },
  };
}

export const MARK = 'covey-';

/** HAProxy tells the description of the configuration that it runs, whoever wrote the file since. */
function marked(config: string, wanted: string): string {
  return config.replace(/^global$/m, `global\n    description ${MARK}${wanted}`);
}

export function digest(config: string): string {
  return createHash('sha256').update(config).digest('hex').slice(0, 16);
}

/** The digest of the configuration that the worker runs; undefined where it is not one of ours. */
export async function liveConfig(runtime: Command, signal: AbortSignal): Promise<string | undefined> {
  const info = await runtime('show info', signal);
  return new RegExp(`^description: ${MARK}(\\w+)$`, 'm').exec(info)?.[1];
}

/** What HAProxy found wrong, without its dates, process ids and the name of the scratch file. */
function alerts(said: string, candidate: string): string {
  const found = said
    .split('\n')
    .filter((line) => line.includes('[ALERT]'))
    .map((line) => line.replace(/^\[ALERT\]\s*\(\d+\)\s*:\s*/, '').replaceAll(candidate, 'haproxy.cfg'))
    .filter((line) => !/Fatal errors found|Error\(s\) found|Some protocols failed/.test(line));
  return `HAProxy refuses the configuration: ${found.join('; ') || said.trim() || basename(candidate)}`;
}
