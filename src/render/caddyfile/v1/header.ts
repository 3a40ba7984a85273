import { type Directive, directive, type Word, word } from '../ast.ts';
import { caddyfileError } from '../lexer.ts';
import { prefix, test, when } from './matching.ts';
import { convertWord } from './placeholders.ts';
import { type Convert, only } from './site.ts';

/** Headers of which v1 kept the site's own where an upstream sent one too. */
const kept = new Set([
  'content-type',
  'content-disposition',
  'accept-ranges',
  'set-cookie',
  'cache-control',
  'expires',
  'server',
]);

interface Rule {
  readonly path: Word;
  readonly name: Word;
  readonly value: Word;
}

/**
 * v1's `header PATH NAME VALUE` and blocks. v1 set headers before the answer was made; then an upstream's headers of the
 * same name took their place, but for a few. In Caddy 2 both would be sent, so these are set when the answer is there:
 * `?` where it has none, `>` in any case. What stands first is done last.
 */
export const convertHeaders: Convert = (all) => {
  const rules = all.flatMap(readRules);
  const of = (wanted: (name: string) => boolean) =>
    rules.filter(({ name }) => wanted(name.text.toLowerCase()));
  const isSet = (name: string) => !/^[-+]/.test(name);
  return [
    ...of((name) => name.startsWith('-')).map((rule) => line(rule, rule.name.text, false)),
    // of several the last one counts
    ...of((name) => isSet(name) && kept.has(name))
      .toReversed()
      .map((rule) => line(rule, `>${rule.name.text}`, true)),
    ...of((name) => isSet(name) && !kept.has(name)).map((rule) => line(rule, `?${rule.name.text}`, true)),
    ...of((name) => name.startsWith('+')).map((rule) => line(rule, rule.name.text, true)),
  ];
};

function line({ path, value }: Rule, name: string, hasValue: boolean): Directive {
  const pattern = prefix(path);
  const matcher = pattern === '*' ? [] : [word(pattern, path.position)];
  const values = hasValue ? [convertWord(value)] : [];
  return directive(['header', ...matcher, name, ...values], undefined, path.position);
}

function readRules({ name: { position }, args, block = [] }: Directive): Rule[] {
  const [path, ...single] = args;
  const rows = [...block.map((item) => [item.name, ...item.args]), ...(single.length === 0 ? [] : [single])];
  if (path === undefined || rows.length === 0) {
    throw caddyfileError(position, '"header" needs a path, a name and a value, or a path and a block');
  }
  return rows.map(([name, value, more]) => {
    if (name === undefined || more !== undefined || (value === undefined && !name.text.startsWith('-'))) {
      throw caddyfileError(
        name?.position ?? position,
        'a line of "header" is NAME VALUE, +NAME VALUE or -NAME',
      );
    }
    if (!/^[-+]?[A-Za-z0-9!#$%&'*.^_`|~-]+$/.test(name.text)) {
      throw caddyfileError(name.position, `"${name.text}" is no name of a header`);
    }
    return { path, name, value: value ?? word('', position) };
  });
}

/** v1's `mime .EXT TYPE`, and blocks of them: the type of an answer goes by the extension of the path. */
export const convertMime: Convert = (all, site) =>
  all.flatMap((from) => {
    const rows = from.block ?? [{ name: from.args[0] ?? from.name, args: from.args.slice(1) }];
    return rows.flatMap((row) => {
      const type = only(row, 'one type behind the extension, such as: mime .webp image/webp');
      const { text, position } = row.name;
      if (!/^\.[\w+-]+$/.test(text)) {
        throw caddyfileError(position, `"${text}" of "mime" is no extension, such as .webp`);
      }
      const { matcher, definition } = when([test('path', `*${text}`)], site, 'mime', position);
      return [...definition, directive(['header', ...matcher, '>Content-Type', type], undefined, position)];
    });
  });
