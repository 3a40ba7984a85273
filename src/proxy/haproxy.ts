import { createHash, randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { asCoveyError, CoveyError } from '../errors.ts';
import { readIfThere, writeIfChanged } from '../files.ts';
import { keptServerState } from '../render/haproxy/state.ts';
import type { Exec } from './exec.ts';
import type { Command } from './runtime.ts';

/** The node's HAProxy: its files, its runtime API and its master. */
export interface HaproxyControl {
  /** @throws CoveyError `invalid` with HAProxy's own words when it refuses the text */
  validate(config: string, signal: AbortSignal): Promise<void>;
  /**
   * Makes configuration and map live. A changed map goes through the runtime API and touches no connection; a changed
   * configuration is one hitless reload. The files are written first, so that a HAProxy that is down comes up with them.
   * @throws CoveyError `unavailable` when HAProxy does not answer: apply again once it runs; `invalid` where it cannot
   * do what the configuration says, such as bind a port that is taken: the old one is live, and on disk
   */
  apply(wanted: { config: string; map: ReadonlyMap<string, string> }, signal: AbortSignal): Promise<void>;
}

export interface HaproxyPaths {
  config: string;
  map: string;
  serverState: string;
}

/** Commands a line, so that a line stays well below HAProxy's buffer of 16 KiB. */
const COMMANDS_PER_LINE = 50;

/** How long the new worker may take after a reload, in milliseconds. */
const RELOAD_DEADLINE = 15_000;

export function createHaproxy(options: {
  paths: HaproxyPaths;
  exec: Exec;
  runtime: Command;
  master: Command;
}): HaproxyControl {
  const { paths, exec, runtime, master } = options;

  let accepted: string | undefined;
  const validate = async (config: string, signal: AbortSignal): Promise<void> => {
    if (config === accepted) return;
    // HAProxy reads the map when it judges the configuration; on a new node there is none yet.
    if ((await readIfThere(paths.map)) === undefined) await writeIfChanged(paths.map, '');
    const candidate = join(paths.config, '..', `candidate-${randomUUID()}.cfg`);
    await writeIfChanged(candidate, config);
    try {
      const { exitCode, stderr, stdout } = await exec(['haproxy', '-c', '-f', candidate], signal);
      if (exitCode !== 0) throw new CoveyError('invalid', alerts(stderr || stdout, candidate));
      accepted = config;
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
    apply: async ({ config, map }, signal) => {
      await writeIfChanged(paths.map, [...map].map(([key, value]) => `${key} ${value}\n`).join(''));
      const wanted = digest(config);
      const before = await readIfThere(paths.config);
      await writeIfChanged(paths.config, marked(config, wanted));
      if ((await liveConfig(runtime, signal)) !== wanted) {
        try {
          return await reload(config, wanted, signal);
        } catch (thrown) {
          // What cannot be bound passes HAProxy's own check. Its next start must find what it could run.
          if (asCoveyError(thrown).code === 'invalid' && before) await writeIfChanged(paths.config, before);
          throw thrown;
        }
      }
      const live = parseMap(await runtime(`show map ${paths.map}`, signal));
      for (const line of lines(mapCommands(paths.map, live, map))) {
        const answer = await runtime(line, signal);
        if (answer !== '') throw new CoveyError('failed', `HAProxy refuses a change of its map: ${answer}`);
      }
    },
  };
}

/** The runtime commands that turn the live map into the wanted one; for a changed entry one that leaves no gap. */
export function mapCommands(
  path: string,
  live: ReadonlyMap<string, string>,
  wanted: ReadonlyMap<string, string>,
): string[] {
  const commands: string[] = [];
  for (const [key, value] of wanted) {
    if (!live.has(key)) commands.push(`add map ${path} ${key} ${value}`);
    else if (live.get(key) !== value) commands.push(`set map ${path} ${key} ${value}`);
  }
  for (const key of live.keys()) if (!wanted.has(key)) commands.push(`del map ${path} ${key}`);
  return commands;
}

/** `show map` answers `<pointer> <key> <value>` a line. */
export function parseMap(answer: string): Map<string, string> {
  const entries = new Map<string, string>();
  for (const line of answer.split('\n')) {
    const [, key, value] = line.trim().split(/\s+/);
    if (key !== undefined && value !== undefined) entries.set(key, value);
  }
  return entries;
}

function lines(commands: string[]): string[] {
  const out: string[] = [];
  for (let i = 0; i < commands.length; i += COMMANDS_PER_LINE) {
    out.push(commands.slice(i, i + COMMANDS_PER_LINE).join('; '));
  }
  return out;
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
