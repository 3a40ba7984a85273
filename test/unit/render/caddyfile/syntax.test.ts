import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Caddyfile, Directive, Site, Snippet } from '../../../../src/render/caddyfile/ast.ts';
import { word } from '../../../../src/render/caddyfile/ast.ts';
import { tokenize } from '../../../../src/render/caddyfile/lexer.ts';
import { parseCaddyfile } from '../../../../src/render/caddyfile/parser.ts';
import { printCaddyfile, printWord } from '../../../../src/render/caddyfile/printer.ts';

/** A tree as plain texts: positions and quoting styles are of no meaning. */
function plain(file: Caddyfile) {
  const lines = (items: readonly Directive[]): unknown[] =>
    items.map(({ name, args, block }) => [[name, ...args].map(({ text }) => text), block && lines(block)]);
  return {
    options: file.options && lines(file.options),
    snippets: file.snippets.map(({ name, directives }) => [name, lines(directives)]),
    sites: file.sites.map(({ addresses, directives }) => [
      addresses.map(({ text }) => text),
      lines(directives),
    ]),
  };
}

describe('the lexer', () => {
  it.each<[string, string[]]>([
    ['a b\tc\n d', ['a', 'b', 'c', 'd']],
    ['a # comment "\nb#c', ['a', 'b#c']],
    ['"a b" `c "d"` "e \\"f\\" \\n"', ['a b', 'c "d"', 'e "f" \\n']],
    ['"two\nlines" x', ['two\nlines', 'x']],
    ['a\\\n  b', ['a', 'b']],
    ['a \\\r\n  b', ['a', 'b']],
    ['x <<EOF\n  one\n    two\n  EOF 200', ['x', 'one\n  two', '200']],
    ['\\<<EOF', ['<<EOF']],
    ['<<EOF x', ['<<EOF', 'x']],
    ['{$ENV} {http.request.uri} ""', ['{$ENV}', '{http.request.uri}', '']],
    ['\uFEFFa', ['a']],
    ['path C:\\dir\\file', ['path', 'C:\\dir\\file']],
  ])('reads %j', (text, expected) => {
    expect(tokenize(text).map((token) => token.text)).toEqual(expected);
  });

  it('knows where a token stands, and which begin a line', () => {
    const tokens = tokenize('a "b\nc" d\n  e \\\n f');
    expect(
      tokens.map(({ text, position, startsLine }) => [text, position.line, position.column, startsLine]),
    ).toEqual([
      ['a', 1, 1, true],
      ['b\nc', 1, 3, false],
      ['d', 2, 4, false],
      ['e', 3, 3, true],
      ['f', 4, 2, false],
    ]);
  });

  it.each([
    ['a "b', 'line 1, column 3: this quote (") is never closed'],
    ['a\n `b', 'line 2, column 2: this backquote (`) is never closed'],
    ['x <<EOF\nabc\n', 'line 1, column 3: the heredoc <<EOF is never closed'],
    ['x <<E!\nabc\nE!', '"<<E!" needs a marker'],
    ['x <<EOF\n  a\n b\n  EOF', 'line 3, column 1: this line is indented less'],
  ])('refuses %j', (text, message) => {
    expect(() => tokenize(text)).toThrow(message);
  });
});

describe('the parser', () => {
  it('reads options, snippets, sites and nested blocks', () => {
    const text = `{
  email a@b.c
}
(common) {
  encode zstd
}
a.example.com, b.example.com,
http://c.example.com {
  import common
  handle /api/* {
    reverse_proxy x:80 {
      header_up A "b c"
    }
  }
}
d.example.com
{
}
`;
    expect(plain(parseCaddyfile(text))).toEqual({
      options: [[['email', 'a@b.c'], undefined]],
      snippets: [['common', [[['encode', 'zstd'], undefined]]]],
      sites: [
        [
          ['a.example.com', 'b.example.com', 'http://c.example.com'],
          [
            [['import', 'common'], undefined],
            [['handle', '/api/*'], [[['reverse_proxy', 'x:80'], [[['header_up', 'A', 'b c'], undefined]]]]],
          ],
        ],
        [['d.example.com'], []],
      ],
    });
  });

  it('reads a single site without braces, and a v1 block on one line', () => {
    expect(plain(parseCaddyfile('a.example.com\nroot /srv\ngzip')).sites).toEqual([
      [
        ['a.example.com'],
        [
          [['root', '/srv'], undefined],
          [['gzip'], undefined],
        ],
      ],
    ]);
    expect(plain(parseCaddyfile('a {\nproxy / b { websocket }\n}')).sites).toEqual([
      [['a'], [[['proxy', '/', 'b'], [[['websocket'], undefined]]]]],
    ]);
  });

  it.each([
    ['a {\n gzip\n', 'line 1, column 3: this "{" is never closed'],
    ['a {\n}\n}', 'line 3, column 1: this "}" closes no block'],
    ['a,\n', 'line 1, column 1: another site address is expected'],
    ['a{\n}', 'put a space between "a" and "{"'],
    ['a {\n}\nb\ngzip', 'line 4, column 1: a file with several sites needs braces'],
    ['a {\n}\n{\n}', 'line 3, column 1: a block without a site address'],
    ['a {\n respond "{"\n}', 'line 2, column 10: a lone "{" can\'t be a directive or an argument'],
    ['(x) {\n}\n(x) {\n}', 'line 3, column 1: the snippet (x) is declared twice'],
    ['(x)\ngzip', 'the snippet (x) needs a block in braces'],
  ])('refuses %j', (text, message) => {
    expect(() => parseCaddyfile(text)).toThrow(`CADDYFILE`);
    expect(() => parseCaddyfile(text)).toThrow(message);
  });
});

describe('the printer', () => {
  const spice = fc.constantFrom(
    '"',
    '`',
    '\\',
    '\n',
    ' ',
    '<<',
    '<',
    '#',
    '{',
    '}',
    'EOF',
    ',',
    'a',
    '{$X}',
    '\\"',
    'é',
  );
  const text = fc
    .oneof(
      fc.string(),
      fc.array(spice, { maxLength: 8 }).map((parts) => parts.join('')),
    )
    .filter((value) => value !== '{' && value !== '}' && !value.includes('\r'));
  const someWord = fc.record({
    text,
    quote: fc.constantFrom('none' as const, 'double' as const, 'back' as const, 'heredoc' as const),
    position: fc.constant({ line: 0, column: 0 }),
  });
  const { directives } = fc.letrec<{ directive: Directive; directives: Directive[] }>((tie) => ({
    directives: fc.array(tie('directive'), { maxLength: 3, depthIdentifier: 'block' }),
    directive: fc.record(
      {
        name: someWord,
        args: fc.array(someWord, { maxLength: 3 }),
        block: fc.option(tie('directives'), { nil: undefined, maxDepth: 3, depthIdentifier: 'block' }),
      },
      { requiredKeys: ['name', 'args'] },
    ) as fc.Arbitrary<Directive>,
  }));
  const address = fc.stringMatching(/^[a-z0-9:/.*-]{1,12}$/).map((value) => word(value));
  const site: fc.Arbitrary<Site> = fc.record({
    addresses: fc.array(address, { minLength: 1, maxLength: 3 }),
    directives,
  });
  const snippets: fc.Arbitrary<Snippet[]> = fc.uniqueArray(
    fc.record({
      // whatever stands in the parentheses, also what a site could be made of; a comma separates addresses
      name: text.filter((value) => !value.includes(',')),
      directives,
      position: fc.constant({ line: 0, column: 0 }),
    }),
    { selector: ({ name }) => name, maxLength: 2 },
  );
  const file = fc.record(
    { options: directives, snippets, sites: fc.array(site, { maxLength: 3 }) },
    { requiredKeys: ['snippets', 'sites'] },
  ) as fc.Arbitrary<Caddyfile>;

  it('prints what the parser reads back as the same words', () => {
    fc.assert(
      fc.property(file, (tree) => {
        const printed = printCaddyfile(tree);
        expect(plain(parseCaddyfile(printed))).toEqual(plain(tree));
        expect(printCaddyfile(parseCaddyfile(printed))).toBe(printed);
      }),
    );
  });

  it('never throws anything but a CADDYFILE error on any text', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(spice).map((parts) => parts.join(' ')),
        ),
        (input) => {
          let tree: Caddyfile;
          try {
            tree = parseCaddyfile(input);
          } catch (error) {
            expect(error).toMatchObject({
              code: 'invalid',
              message: expect.stringContaining('CADDYFILE line'),
            });
            return;
          }
          expect(tree.sites).toBeDefined();
        },
      ),
    );
  });

  it('indents, and keeps the quotes it was given', () => {
    const text = 'http://a {\n    log `x` "y z"\n    handle {\n        respond "a\\"b"\n    }\n}\n';
    expect(printCaddyfile(parseCaddyfile(text))).toBe(text);
  });
});

it('a word that no quotes can hold is refused', () => {
  const text = 'a`\r\\';
  expect(() => printWord(word(text))).toThrow(
    `CADDYFILE: no kind of quotes can hold ${JSON.stringify(text)}`,
  );
});
