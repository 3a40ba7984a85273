import { stripVTControlCharacters } from 'node:util';
import type { CoveyError } from '../errors.ts';

/** Writes one line to standard output. */
export function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Writes one JSON object as one line. */
export function printJson(value: unknown): void {
  print(JSON.stringify(value));
}

/** Writes an error, and what to do about it, to standard error: two lines, or `{"error": {code, message, hint}}`. */
export function printError({ code, message, hint }: CoveyError, json: boolean): void {
  if (json) printErrorJson(code, message, hint);
  else process.stderr.write(`covey: ${message}\n${hint === undefined ? '' : `${hint}\n`}`);
}

/** Writes as JSON what is wrong with a command line; as text the parser of command lines has written it. */
export function printUsageError(message: string): void {
  const isHelp = message === '(outputHelp)';
  const what = isHelp ? 'The command line names no verb' : message.replace(/^error: /, '');
  printErrorJson('usage', what, 'covey --help says how.');
}

function printErrorJson(code: string, message: string, hint: string | undefined): void {
  process.stderr.write(`${JSON.stringify({ error: { code, message, hint } })}\n`);
}

/** Aligned columns under their titles; `empty` is said where there is no row. */
export function table(titles: string[], rows: string[][], empty: string): string {
  if (rows.length === 0) return empty;
  const cells = [titles, ...rows].map((row) => row.map(plain));
  const widths = titles.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  return cells
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** Text from elsewhere on one line, without what could steer the terminal. */
export function plain(text: string): string {
  return stripVTControlCharacters(text)
    .replace(/\p{Cc}+/gu, ' ')
    .trim();
}
