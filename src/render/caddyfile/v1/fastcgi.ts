import { type Directive, directive, type Word, word } from '../ast.ts';
import { caddyfileError } from '../lexer.ts';
import { exceptions, prefix, quoted, test, when } from './matching.ts';
import { convertWord } from './placeholders.ts';
import { type Convert, duration, only, type V1Site } from './site.ts';

interface Parts {
  readonly upstreams: Word[];
  readonly env: Directive[];
  readonly limits: Map<string, string>;
  ext: string;
  split: string;
  index: readonly string[];
  root: Word | undefined;
  except: readonly Word[];
}

/** v1's names for limits of time. */
const limits: Record<string, string> = {
  connect_timeout: 'dial_timeout',
  read_timeout: 'read_timeout',
  send_timeout: 'write_timeout',
};

/** v1's `fastcgi PATH ADDRESS [php] { … }`; the first in the file that takes the request has it. */
export const convertFastcgi: Convert = (all, site) => all.flatMap((from) => convertOne(from, site));

function convertOne(from: Directive, site: V1Site): Directive[] {
  const { position } = from.name;
  const [path, address, preset, more] = from.args;
  if (path === undefined || address === undefined || more !== undefined) {
    throw caddyfileError(position, '"fastcgi" needs a path and an address, such as: fastcgi / php:9000 php');
  }
  if (preset !== undefined && preset.text !== 'php') {
    throw caddyfileError(preset.position, `"${preset.text}" is no preset of "fastcgi"; there is: php`);
  }
  const parts = readBlock(from, address, preset !== undefined);
  const except = exceptions(path, parts.except);
  const base = [test('path', prefix(path)), ...(except.length === 0 ? [] : [test('not', 'path', ...except)])];
  const splits = parts.split === '' ? [] : [test('path_regexp', `(?i)${quoted(parts.split)}`)];
  const { matcher, definition } = when(
    [...base, ...splits, ...notStatic(parts, site)],
    site,
    'fastcgi',
    position,
  );
  const upstreams = parts.upstreams.map((of) => word(dialed(of), of.position));
  const lines = [
    // v1 took them in turn
    ...(upstreams.length > 1 ? [directive(['lb_policy', 'round_robin'])] : []),
    directive(['transport', 'fastcgi'], transport(parts, site)),
    ...site.accel,
  ];
  return [
    ...index(parts, base, site, from),
    ...definition,
    directive(['reverse_proxy', ...matcher, ...upstreams], lines, position),
  ];
}

function readBlock(from: Directive, address: Word, php: boolean): Parts {
  const parts: Parts = {
    upstreams: [address],
    env: [],
    limits: new Map(),
    ext: php ? '.php' : '',
    split: php ? '.php' : '',
    index: php ? ['index.php'] : [],
    root: undefined,
    except: [],
  };
  for (const item of from.block ?? []) readLine(parts, item);
  const odd = parts.index.find((name) => !name.toLowerCase().includes(parts.split.toLowerCase()));
  if (odd !== undefined) {
    throw caddyfileError(
      from.name.position,
      `the index "${odd}" does not hold "${parts.split}", where paths are split`,
    );
  }
  return parts;
}

function readLine(parts: Parts, item: Directive): void {
  const { text, position } = item.name;
  const limit = limits[text];
  if (limit !== undefined) parts.limits.set(limit, duration(only(item, 'one duration')));
  else if (text === 'upstream') parts.upstreams.push(only(item, 'one address'));
  else if (text === 'ext') parts.ext = only(item, 'one extension').text;
  else if (text === 'split') parts.split = only(item, 'one text').text;
  else if (text === 'root') parts.root = only(item, 'one path');
  else if (text === 'index' && item.args.length > 0) parts.index = item.args.map((arg) => arg.text);
  else if (text === 'except' && item.args.length > 0) parts.except = item.args;
  else if (text === 'env' && item.args.length === 2) {
    const values = item.args.map((arg, place) => (place === 1 ? convertWord(arg) : arg));
    parts.env.push(directive(['env', ...values], undefined, position));
  } else {
    throw caddyfileError(
      position,
      `"${text}" of a v1 "fastcgi" with ${item.args.length} words is not supported`,
    );
  }
}

function dialed({ text, position }: Word): string {
  if (/^(srv|https?):\/\//.test(text)) {
    throw caddyfileError(position, `the address "${text}" of "fastcgi" is neither host:port nor unix:/path`);
  }
  if (text.startsWith('unix:')) return `unix/${text.slice('unix:'.length)}`;
  if (text.startsWith('/')) return `unix/${text}`;
  return text.replace(/^(tcp|fastcgi):\/\//, '');
}

function transport({ root, split, env, limits: given }: Parts, site: V1Site): Directive[] {
  const ofSite = (name: string) => site.timeouts.find((line) => line.name.text === name)?.args[0]?.text;
  const limit = (name: string, otherwise: string) =>
    directive([name, given.get(name) ?? ofSite(name) ?? otherwise]);
  return [
    ...(root === undefined ? [] : [directive(['root', root])]),
    ...(split === '' ? [] : [directive(['split', split])]),
    ...env,
    limit('dial_timeout', '60s'),
    limit('read_timeout', '300s'),
    limit('write_timeout', '300s'),
  ];
}

/** What is a file and no script is left to the file server, so that images of a PHP site are not run. */
function notStatic({ ext }: Parts, site: V1Site): Directive[] {
  if (site.root === undefined || ext === '') return [];
  const script = test('path_regexp', `(/|${quoted(ext)})$`);
  return [directive(['not'], [test('file'), directive(['not'], [script])])];
}

/** A folder is the first index file that is in it. Looked for where the site's files are, as v1 did. */
function index(parts: Parts, base: readonly Directive[], site: V1Site, from: Directive): Directive[] {
  if (site.root === undefined || parts.index.length === 0) return [];
  const files = parts.index.map((name) => `{http.request.uri.path}${name}`);
  const tests = [
    ...base,
    test('path_regexp', '/$'),
    directive(['file'], [directive(['try_files', ...files])]),
  ];
  const { matcher, definition } = when(tests, site, 'index', from.name.position);
  const rewrite = directive(['rewrite', ...matcher, '{http.matchers.file.relative}']);
  // in a route of its own, since rewrites that stand side by side exclude each other
  return [directive(['route'], [...definition, rewrite])];
}
