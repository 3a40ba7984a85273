import type { Caddyfile, Directive, Site, Snippet, Word } from './ast.ts';
import { caddyfileError, type Position, type Token, tokenize } from './lexer.ts';

/**
 * The tree of a Caddyfile, v1 or v2 (the grammar is the same). Nothing is known here of what directives mean.
 * @throws CoveyError `invalid` with line and column
 */
export function parseCaddyfile(text: string): Caddyfile {
  const stream = tokenStream(tokenize(text));
  const snippets: Snippet[] = [];
  const sites: Site[] = [];
  let options: readonly Directive[] | undefined;
  for (let token = stream.peek(); token !== undefined; token = stream.peek()) {
    if (isBrace(token, '{')) {
      if (options !== undefined || snippets.length > 0 || sites.length > 0) {
        throw caddyfileError(
          token.position,
          'a block without a site address; global options stand first in the file',
        );
      }
      options = readBlock(stream);
      continue;
    }
    const addresses = readAddresses(stream);
    const first = addresses[0];
    const snippet = addresses.length === 1 ? /^\((.*)\)$/s.exec(first?.text ?? '') : null;
    if (snippet !== null) {
      snippets.push(readSnippet(stream, snippets, snippet[1] ?? '', token.position));
      continue;
    }
    sites.push({ addresses, directives: readSite(stream, sites.length > 0) });
  }
  return { ...(options === undefined ? {} : { options }), snippets, sites };
}

interface Stream {
  peek(): Token | undefined;
  next(): Token | undefined;
}

function tokenStream(tokens: readonly Token[]): Stream {
  let index = 0;
  return {
    peek: () => tokens[index],
    next() {
      const token = tokens[index];
      index += 1;
      return token;
    },
  };
}

function isBrace(token: Token, brace: '{' | '}'): boolean {
  return token.text === brace && token.quote === 'none';
}

/** Addresses are separated by spaces or commas; after a comma they go on in the next line. */
function readAddresses(stream: Stream): Word[] {
  const addresses: Word[] = [];
  let comma: Position | undefined;
  for (let token = stream.peek(); token !== undefined; token = stream.peek()) {
    if (isBrace(token, '{')) break;
    if (isBrace(token, '}')) throw caddyfileError(token.position, 'this "}" closes no block');
    if (addresses.length > 0 && token.startsLine && comma === undefined) break;
    stream.next();
    for (const part of token.text.split(',')) {
      if (part !== '') addresses.push({ text: part, quote: token.quote, position: token.position });
    }
    comma = token.text.endsWith(',') ? token.position : undefined;
    if (token.text.endsWith('{')) {
      throw caddyfileError(token.position, `put a space between "${token.text.slice(0, -1)}" and "{"`);
    }
  }
  if (comma !== undefined) throw caddyfileError(comma, 'another site address is expected after this comma');
  return addresses;
}

function readSite(stream: Stream, isLater: boolean): Directive[] {
  const token = stream.peek();
  if (token === undefined) return [];
  if (isBrace(token, '{')) return readBlock(stream);
  if (isLater) throw caddyfileError(token.position, 'a file with several sites needs braces around each');
  return readDirectives(stream, undefined);
}

function readSnippet(stream: Stream, known: readonly Snippet[], name: string, position: Position): Snippet {
  const token = stream.peek();
  if (token === undefined || !isBrace(token, '{')) {
    throw caddyfileError(position, `the snippet (${name}) needs a block in braces`);
  }
  if (known.some((other) => other.name === name)) {
    throw caddyfileError(position, `the snippet (${name}) is declared twice`);
  }
  return { name, directives: readBlock(stream), position };
}

/** Reads from the opening brace to behind the closing one. */
function readBlock(stream: Stream): Directive[] {
  const open = stream.next();
  const directives = readDirectives(stream, open?.position);
  stream.next();
  return directives;
}

/** Directives up to the closing brace (which is left), or up to the end of the file where `open` is undefined. */
function readDirectives(stream: Stream, open: Position | undefined): Directive[] {
  const directives: Directive[] = [];
  for (let token = stream.peek(); token !== undefined; token = stream.peek()) {
    if (isBrace(token, '}')) {
      if (open === undefined) throw caddyfileError(token.position, 'this "}" closes no block');
      return directives;
    }
    directives.push(readDirective(stream));
  }
  if (open !== undefined) throw caddyfileError(open, 'this "{" is never closed');
  return directives;
}

function readDirective(stream: Stream): Directive {
  const name = asWord(stream.next());
  const args: Word[] = [];
  for (let token = stream.peek(); token !== undefined; token = stream.peek()) {
    // a "}" on the same line ends the directive too: v1 took `proxy / b { websocket }`
    if (token.startsLine || isBrace(token, '}')) break;
    if (isBrace(token, '{')) return { name, args, block: readBlock(stream) };
    args.push(asWord(stream.next()));
  }
  return { name, args };
}

/** Caddy takes a lone brace for structure even in quotes, so as a word it could mean two things. */
function asWord(token: Token | undefined): Word {
  const { text, quote, position } = token as Token;
  if (text === '{' || text === '}') {
    throw caddyfileError(
      position,
      `a lone "${text}" can't be a directive or an argument`,
      'A block opens at the end of a line.',
    );
  }
  return { text, quote, position };
}
