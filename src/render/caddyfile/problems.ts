import { asCoveyError } from '../../errors.ts';
import { type Caddyfile, type Directive, type Word, word } from './ast.ts';
import { parseCaddyfile } from './parser.ts';
import { checkRules } from './rules.ts';
import { detectSyntax } from './syntax.ts';
import { convertV1 } from './v1/convert.ts';

/** One each place of a file: nobody reads more, and it ends. */
const most = 50;

/**
 * Everything that is wrong with a CADDYFILE, in words with line and column; empty where `readCaddyfile` takes it. The
 * first of them is what `readCaddyfile` throws. Where the text is no Caddyfile at all, that is the only one.
 */
export function caddyfileProblems(text: string): string[] {
  if (text.trim() === '') return [];
  let file: Caddyfile;
  try {
    file = parseCaddyfile(text);
  } catch (thrown) {
    return [faultOf(thrown)];
  }
  const syntax = detectSyntax(file, text);
  const problems: string[] = [];
  // What is wrong is told and taken out, until the rest is right.
  while (problems.length < most) {
    try {
      checkRules(file);
      if (syntax === 'v1') convertV1(file);
      return problems;
    } catch (thrown) {
      const fault = faultOf(thrown);
      problems.push(fault);
      const rest = without(file, fault);
      if (rest === undefined) return problems;
      file = rest;
    }
  }
  return problems;
}

function faultOf(thrown: unknown): string {
  const error = asCoveyError(thrown);
  if (error.code !== 'invalid') throw error;
  return error.hint === undefined ? error.message : `${error.message}. ${error.hint}`;
}

/** The file without the directive or the address where the fault is; undefined where it is of the whole. */
function without(file: Caddyfile, fault: string): Caddyfile | undefined {
  const [, line, column] = /^CADDYFILE line (\d+), column (\d+): /.exec(fault) ?? [];
  let found = false;
  const isThere = ({ position }: Pick<Word, 'position'>) => {
    const hit = position.line === Number(line) && position.column === Number(column);
    found ||= hit;
    return hit;
  };
  const cleaned = (directives: readonly Directive[]): Directive[] =>
    directives.flatMap((item) => {
      if ([item.name, ...item.args].some(isThere)) return [];
      return [item.block === undefined ? item : { ...item, block: cleaned(item.block) }];
    });
  const { options = [], ...blocks } = file;
  if (options.some(({ name }) => isThere(name))) return blocks;
  const rest: Caddyfile = {
    snippets: file.snippets.map((item) => ({ ...item, directives: cleaned(item.directives) })),
    sites: file.sites.map((site, index) => {
      const addresses = site.addresses.filter((address) => !isThere(address));
      // a site is judged to its end, with or without a good address
      const standIn = word(`http://site-${index}.invalid`);
      return {
        addresses: addresses.length > 0 ? addresses : [standIn],
        directives: cleaned(site.directives),
      };
    }),
  };
  return found ? rest : undefined;
}
