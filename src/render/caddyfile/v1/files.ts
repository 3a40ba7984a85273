import { type Directive, directive } from '../ast.ts';
import { caddyfileError } from '../lexer.ts';
import { test, when } from './matching.ts';
import { type Convert, only, type V1Site } from './site.ts';

/** Names of v1 for the page of a folder. */
export const indexPages = [
  'index.html',
  'index.htm',
  'index.txt',
  'default.html',
  'default.htm',
  'default.txt',
];

/** v1's `root PATH`: sites are file servers wherever nothing else answers. */
export const convertRoot: Convert = (all) => {
  const last = all.map((from) => ({ from, path: only(from, 'one path') })).at(-1);
  return last === undefined ? [] : [directive(['root', '*', last.path], undefined, last.from.name.position)];
};

export function fileServer({ index }: Pick<V1Site, 'index'>): Directive {
  return directive(['file_server'], [directive(['index', ...index])]);
}

/** v1's `ext .html …`: a path without an extension is the first of these files that is there. */
export const convertExt: Convert = (all, site) => {
  const endings = all.flatMap(({ name: { position }, args }) => {
    if (args.length === 0) throw caddyfileError(position, '"ext" needs an extension, such as: ext .html');
    return args.map((arg) => arg.text);
  });
  const [first] = all;
  // without a folder of its own a site has no files, so that none is found
  if (first === undefined || site.root === undefined) return [];
  const files = endings.map((ending) => `{http.request.uri.path}${ending}`);
  const tests = [test('path_regexp', '/[^./]+$'), directive(['file'], [directive(['try_files', ...files])])];
  const { matcher, definition } = when(tests, site, 'ext', first.name.position);
  const rewrite = directive(['rewrite', ...matcher, '{http.matchers.file.relative}']);
  // in a route of its own, since rewrites that stand side by side exclude each other
  return [directive(['route'], [...definition, rewrite])];
};
