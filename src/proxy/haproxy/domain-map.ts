import { CoveyError } from '../../errors.ts';
import { writeIfChanged } from '../../files.ts';
import type { Command } from './runtime.ts';

/** From host to the beginning of a backend's name, as `renderDomainMap` makes it. */
export type Entries = ReadonlyMap<string, string>;

/** HAProxy's map of domains: the file that it starts with, and what it has of it in memory. */
export interface DomainMapControl {
  /** The file alone, for the next start or reload. */
  write(entries: Entries): Promise<void>;
  /** File and memory. Touches no connection. */
  put(entries: Entries, signal: AbortSignal): Promise<void>;
  /** As `put`, but of what the configuration that runs can do; the rest has to come with the next one. */
  putReachable(entries: Entries, signal: AbortSignal): Promise<void>;
}

/** Commands a line, so that a line stays well below HAProxy's buffer of 16 KiB. */
const COMMANDS_PER_LINE = 50;

export function createDomainMap(path: string, runtime: Command): DomainMapControl {
  const write = async (entries: Entries): Promise<void> => {
    await writeIfChanged(path, [...entries].map(([key, value]) => `${key} ${value}\n`).join(''));
  };
  const show = async (signal: AbortSignal) => parseMap(await runtime(`show map ${path}`, signal));
  const change = async (live: Entries, entries: Entries, signal: AbortSignal): Promise<void> => {
    // The file first: a HAProxy that stops answering in the middle comes up with all of it.
    await write(entries);
    for (const line of lines(mapCommands(path, live, entries))) {
      const answer = await runtime(line, signal);
      if (answer !== '') throw new CoveyError('failed', `HAProxy refuses a change of its map: ${answer}`);
    }
  };
  return {
    write,
    put: async (entries, signal) => change(await show(signal), entries, signal),
    putReachable: async (entries, signal) => {
      const live = await show(signal);
      const backends = new Set((await runtime('show backend', signal)).split('\n'));
      await change(live, reachable(entries, live, backends), signal);
    },
  };
}

/**
 * The wanted map as far as these backends go. HAProxy answers 503 for a host whose entry leads to a backend that is not
 * there: so an entry that waits for its backend stays as it is live, and a new one stays out.
 */
function reachable(wanted: Entries, live: Entries, backends: ReadonlySet<string>): Map<string, string> {
  const entries = new Map<string, string>();
  for (const [host, to] of wanted) {
    const there = ['http', 'https'].every((scheme) => backends.has(`${to}-${scheme}`));
    const leads = there ? to : live.get(host);
    if (leads !== undefined) entries.set(host, leads);
  }
  return entries;
}

/** The runtime commands that turn the live map into the wanted one; for a changed entry one that leaves no gap. */
export function mapCommands(path: string, live: Entries, wanted: Entries): string[] {
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
