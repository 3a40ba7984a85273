import type { WriteStream } from 'node:tty';
import { stripVTControlCharacters, styleText } from 'node:util';
import type { LogsEvent__Output as LogsEvent } from '../generated/covey/v1/LogsEvent.ts';

/** Of the services, in the order in which they come; none where the terminal or NO_COLOR wants none. */
const COLOURS = ['cyan', 'yellow', 'green', 'magenta', 'blue', 'red'] as const;

/** Writes each line behind its service, in columns as far as the names are known by then. */
export function logWriter(out: WriteStream, timestamps: boolean): (event: LogsEvent) => void {
  const services: string[] = [];
  let width = 0;
  /** By container and stream: whether the piece written last is a line that goes on. */
  let going = '';
  return ({ service, container, stream, time, line, partial }) => {
    if (!services.includes(service)) services.push(service);
    width = Math.max(width, service.length);
    const source = `${container} ${stream}`;
    const colour = COLOURS[services.indexOf(service) % COLOURS.length] ?? 'cyan';
    const start = `${styleText(colour, `${service.padEnd(width)} |`, { stream: out })} ${timestamps ? `${time} ` : ''}`;
    // A piece of another one in between breaks the line, and the rest begins one of its own.
    if (going !== '' && going !== source) out.write('\n');
    if (going !== source) out.write(start);
    out.write(out.isTTY ? harmless(line.toString('utf8')) : line);
    if (!partial) out.write('\n');
    going = partial ? source : '';
  };
}

/** Without what could steer the terminal; tabs stay. */
function harmless(text: string): string {
  return stripVTControlCharacters(text).replace(/[^\P{Cc}\t]/gu, '');
}
