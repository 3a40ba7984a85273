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

/** Writes an error, and what to do about it, to standard error. */
export function printError(error: CoveyError): void {
  process.stderr.write(`covey: ${error.message}\n`);
  if (error.hint !== undefined) process.stderr.write(`${error.hint}\n`);
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
