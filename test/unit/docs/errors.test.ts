import { globSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { errorsPage } from '../../../docs/generate/page.ts';
import { readProgram, root } from '../../../docs/generate/program.ts';
import { sitesOf } from '../../../docs/generate/sites.ts';
import { untested } from '../../../docs/generate/untested.ts';

const sites = sitesOf(readProgram());

/** What a test has to hold of a message: that many characters in one piece, or the longest piece if that is shorter. */
const PIECE = 16;

test('docs/errors.md says what the sources say', () => {
  const hasPage = readFileSync(`${root}docs/errors.md`, 'utf8') === errorsPage(sites);
  expect(hasPage, 'docs/errors.md is old: `npm run errors` writes it anew').toBe(true);
});

test('each message stands in a test', () => {
  const texts = globSync('test/**/*.ts', { cwd: root }).map((name) => readFileSync(`${root}${name}`, 'utf8'));
  // Without the backslashes of regular expressions and of quotes.
  const all = texts.join('\n').replaceAll('\\', '');
  const messages = new Set(sites.filter(({ about }) => about === undefined).map(({ message }) => message));
  const missing = [...messages].filter((message) => !pieces(message).some((piece) => all.includes(piece)));
  expect(missing.sort()).toEqual([...untested.keys()].sort());
});

/** All pieces of the constant parts of a message that are long enough to tell it from others. */
function pieces(message: string): string[] {
  const parts = message
    .replace(/^CADDYFILE line <line>, column <column>: /, '')
    .split(/<\w+>/)
    .toSorted((a, b) => b.length - a.length);
  const length = Math.min(PIECE, parts[0]?.length ?? 0);
  return parts.flatMap((part) =>
    Array.from({ length: Math.max(0, part.length - length + 1) }, (_, at) => part.slice(at, at + length)),
  );
}
