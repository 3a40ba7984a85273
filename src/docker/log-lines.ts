import { addAbortSignal, type Readable } from 'node:stream';
import type Docker from 'dockerode';
import { abortError } from '../command.ts';
import { callDocker, dockerError, untilBegun } from './docker-call.ts';
import { collected, type StreamName, takeFrames } from './frames.ts';

/** A line of a container's log, or a piece of one. */
export interface LogLine {
  stream: StreamName;
  /** When Docker took it: RFC 3339 in UTC with nine digits of fraction, so that texts compare as times do. */
  time: string;
  /** Without its end; at most 64 KiB. */
  line: Buffer;
  /** The next one of the same stream goes on with it. */
  partial: boolean;
}

export interface LogOptions {
  signal: AbortSignal;
  tail: number;
  /** Microseconds since the epoch, or a `time` of a line. */
  since?: number | string | undefined;
  follow: boolean;
  /** What the container is called in errors. */
  name?: string;
}

/** The calls about logs that are taken as they come; errors and bounds as of `Engine`. */
export interface Logs {
  /**
   * What a container has written, line by line, the oldest first: at most the last `tail` lines, of those since `since`. With
   * `follow` it goes on until the container stops. Docker is not asked for more than is taken. Ends with the signal, as an error.
   */
  logLines(id: string, options: LogOptions): AsyncGenerator<LogLine, void>;
}

const LONGEST = 64 * 1024;
const NEWLINE = 0x0a;
const RETURN = 0x0d;
const SPACE = 0x20;

/** See `Logs`. */
export async function* logLines(
  docker: Docker,
  socket: string,
  id: string,
  { signal, tail, since, follow, name = id }: LogOptions,
): AsyncGenerator<LogLine, void> {
  const what = `read the log of container ${name}`;
  const query = {
    stdout: true,
    stderr: true,
    timestamps: true,
    tail,
    follow,
    ...(since === undefined ? {} : { since: unixSeconds(since) }),
  };
  const { stream, isTty } = await callDocker(what, { socket, signal, timeoutMs: 30_000 }, async (within) => {
    const { Config } = await docker.getContainer(id).inspect({ abortSignal: within });
    return { isTty: Config.Tty, stream: await open(docker, id, query, within) };
  });
  const lines = isTty ? terminalLines(stream) : framedLines(docker, stream);
  addAbortSignal(signal, lines);
  try {
    yield* lines;
  } catch (thrown) {
    if (signal.aborted) throw abortError(signal, `Docker: ${what}`);
    throw dockerError(what, socket, thrown);
  } finally {
    stream.destroy();
  }
}

/** The log as a stream; the library has a whole log that is not followed in memory at once. */
function open(docker: Docker, id: string, options: object, abortSignal: AbortSignal): Promise<Readable> {
  return untilBegun(
    abortSignal,
    (begun) =>
      new Promise((resolve, reject) => {
        docker.modem.dial(
          {
            path: `/containers/${id}/logs?`,
            method: 'GET',
            isStream: true,
            statusCodes: { 200: true, 404: 'no such container', 500: 'server error' },
            abortSignal: begun,
            options,
          },
          (error, answer) => (error ? reject(error) : resolve(answer as Readable)),
        );
      }),
  );
}

/** Without a terminal each of Docker's frames is one entry of the log: a line, or a piece of a long one. */
function framedLines(docker: Docker, stream: Readable): Readable {
  const { items, push, end } = collected<LogLine>(stream);
  stream.on('error', end);
  takeFrames(docker, stream, (name, frame) => {
    const { time, rest } = splitTime(frame);
    const isWhole = rest.at(-1) === NEWLINE;
    for (const line of pieces(name, time, isWhole ? rest.subarray(0, -1) : rest, isWhole)) push(line);
  });
  return items;
}

/** With a terminal there are no frames, only lines; what Docker has cut it shows as one. */
function terminalLines(stream: Readable): Readable {
  const { items, push, end } = collected<LogLine>(stream);
  stream.on('error', end);
  let rest: Buffer = Buffer.alloc(0);
  let time = '';
  const put = (bytes: Buffer, isWhole: boolean) => {
    const split = splitTime(bytes);
    if (split.time !== '') time = split.time;
    for (const line of pieces('stdout', time, split.rest, isWhole)) push(line);
  };
  stream.on('data', (chunk: Buffer) => {
    rest = Buffer.concat([rest, chunk]);
    for (let end = rest.indexOf(NEWLINE); end >= 0; end = rest.indexOf(NEWLINE)) {
      put(rest.subarray(0, rest[end - 1] === RETURN ? end - 1 : end), true);
      rest = rest.subarray(end + 1);
    }
    if (rest.length >= LONGEST) {
      put(rest, false);
      rest = Buffer.alloc(0);
    }
  });
  stream.on('end', () => {
    if (rest.length > 0) put(rest, false);
  });
  return items;
}

/** A line, cut where it is longer than one may be. */
function pieces(stream: StreamName, time: string, text: Buffer, isWhole: boolean): LogLine[] {
  const count = Math.max(1, Math.ceil(text.length / LONGEST));
  return Array.from({ length: count }, (_, at) => ({
    stream,
    time,
    line: text.subarray(at * LONGEST, (at + 1) * LONGEST),
    partial: at + 1 < count || !isWhole,
  }));
}

/** Docker puts the time and a space before each entry. */
function splitTime(entry: Buffer): { time: string; rest: Buffer } {
  const end = entry.indexOf(SPACE);
  const time = end < 0 ? '' : entry.toString('latin1', 0, end);
  if (!/^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(time)) return { time: '', rest: entry };
  return { time, rest: entry.subarray(end + 1) };
}

/** As Docker's API wants it, with nine digits of fraction. */
function unixSeconds(since: number | string): string {
  if (typeof since === 'number') return (since / 1_000_000).toFixed(6);
  const [, fraction = ''] = /\.(\d+)Z$/.exec(since) ?? [];
  return `${Math.floor(Date.parse(since) / 1000)}.${fraction.padEnd(9, '0')}`;
}
