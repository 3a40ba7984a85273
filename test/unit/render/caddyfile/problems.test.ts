import { expect, it } from 'vitest';
import { readCaddyfile } from '../../../../src/render/caddyfile/app.ts';
import { caddyfileProblems } from '../../../../src/render/caddyfile/problems.ts';

it('has none for a file that is read', () => {
  expect(caddyfileProblems('http://a {\n\trespond hi\n}')).toEqual([]);
  expect(caddyfileProblems('http://a {\n\tproxy / c:80\n}')).toEqual([]);
  expect(caddyfileProblems(' ')).toEqual([]);
});

it('tells all of a file, in the order in which they are found, the first as reading it does', () => {
  const text = [
    '(s) {',
    '\tbind 0.0.0.0',
    '}',
    'http://*.example.com, http://a.example.com {',
    '\timport /etc/x',
    '\tbind 1.2.3.4',
    '\thandle {',
    '\t\timport nothing',
    '\t}',
    '}',
    'http://a.example.com {',
    '\timport s',
    '}',
  ].join('\n');
  const problems = caddyfileProblems(text);
  expect(problems.map((problem) => /^CADDYFILE (line \d+, column \d+): /.exec(problem)?.[1]).sort()).toEqual([
    'line 11, column 1',
    'line 2, column 2',
    'line 4, column 1',
    'line 5, column 2',
    'line 6, column 2',
    'line 8, column 3',
  ]);
  expect(() => readCaddyfile(text)).toThrow(problems[0]?.split('. ', 1)[0] ?? 'no problem');
});

it('tells all v1 directives without a counterpart', () => {
  const problems = caddyfileProblems(
    'a {\n\tproxy / c:80 {\n\t\tnope\n\t}\n\tcgi /x y\n\thugo\n}\nb {\n\tgit x\n}',
  );
  for (const [line, what] of [
    [3, 'nope'],
    [5, 'cgi'],
    [6, 'hugo'],
    [9, 'git'],
  ])
    expect(problems.filter((problem) => problem.startsWith(`CADDYFILE line ${line}, `))).toEqual([
      expect.stringContaining(`"${what}"`),
    ]);
  expect(problems).toHaveLength(4);
});

it.each([
  ['a {', 'this "{" is never closed'],
  ['# nothing', 'there is no site address'],
  ['{\n\temail a@b.c\n\tdebug\n}\na {\n}', 'global options'],
])('ends where the fault is of the whole: %j', (text, message) => {
  const problems = caddyfileProblems(text);
  expect(problems[0]).toContain(message);
  expect(problems.length).toBeLessThan(4);
});
