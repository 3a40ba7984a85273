import type { Caddyfile } from './ast.ts';
import { renameLoggers } from './loggers.ts';
import { parseCaddyfile } from './parser.ts';
import { printCaddyfile } from './printer.ts';
import { checkRules } from './rules.ts';
import { renameSnippets } from './snippets.ts';
import { detectSyntax } from './syntax.ts';
import { convertV1 } from './v1/convert.ts';

/**
 * An app's CADDYFILE, of either syntax, as a v2 tree that is fit to stand among others; nothing is added yet.
 * An empty text is a file without sites.
 * @throws CoveyError `invalid` with line and column
 */
export function readCaddyfile(text: string): Caddyfile {
  if (text.trim() === '') return { snippets: [], sites: [] };
  const file = parseCaddyfile(text);
  checkRules(file);
  return detectSyntax(file, text) === 'v1' ? convertV1(file) : file;
}

/**
 * One text for the CADDYFILEs of several services, for the record. A single one stays as it is; several become v2, since
 * each may have its own syntax, its own snippets and loggers, and one site without braces.
 * @throws CoveyError `invalid` as `readCaddyfile`, also if two have the same address (positions are then those of the whole)
 */
export function joinCaddyfiles(texts: readonly string[]): string {
  const [only, ...more] = texts.filter((text) => text.trim() !== '');
  if (only === undefined) return '';
  if (more.length === 0) return only;
  const files = [only, ...more].map((text, index) => {
    const rename = (name: string) => `${name}-${index + 1}`;
    return renameLoggers(renameSnippets(readCaddyfile(text), rename), rename);
  });
  const joined = `# caddy v2\n${printCaddyfile({
    snippets: files.flatMap(({ snippets }) => snippets),
    sites: files.flatMap(({ sites }) => sites),
  })}`;
  readCaddyfile(joined);
  return joined;
}
