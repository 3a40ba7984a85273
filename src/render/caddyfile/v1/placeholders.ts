import type { Word } from '../ast.ts';
import { caddyfileError } from '../lexer.ts';

/** Placeholders of Caddy 1 and what says the same in Caddy 2. */
const same: Record<string, string> = {
  // in v1 the host is the whole Host header, with its port
  host: 'http.request.hostport',
  hostonly: 'http.request.host',
  hostname: 'system.hostname',
  remote: 'http.request.remote.host',
  port: 'http.request.remote.port',
  scheme: 'http.request.scheme',
  method: 'http.request.method',
  proto: 'http.request.proto',
  // as the visitor sent them, whatever was rewritten
  uri: 'http.request.orig_uri',
  path: 'http.request.orig_uri.path',
  query: 'http.request.orig_uri.query',
  rewrite_uri: 'http.request.uri',
  rewrite_path: 'http.request.uri.path',
  rewrite_uri_escaped: 'http.request.uri_escaped',
  rewrite_path_escaped: 'http.request.uri.path_escaped',
  dir: 'http.request.uri.path.dir',
  file: 'http.request.uri.path.file',
  server_port: 'http.request.local.port',
  request_id: 'http.request.uuid',
  user: 'http.auth.user.id',
  when_unix: 'time.now.unix',
  when_unix_ms: 'time.now.unix_ms',
  tls_protocol: 'http.request.tls.version',
  tls_cipher: 'http.request.tls.cipher_suite',
  tls_client_fingerprint: 'http.request.tls.client.fingerprint',
  tls_client_i_dn: 'http.request.tls.client.issuer',
  tls_client_s_dn: 'http.request.tls.client.subject',
  tls_client_serial: 'http.request.tls.client.serial',
};

/** Where nothing has been rewritten yet both are the same, and Caddy 2 escapes this one where it stands in a path. */
const unrewritten: Record<string, string> = {
  uri: 'http.request.uri',
  path: 'http.request.uri.path',
  query: 'http.request.uri.query',
};

const prefixes: Record<string, string> = {
  '>': 'http.request.header.',
  '<': 'http.response.header.',
  '~': 'http.request.cookie.',
  '?': 'http.request.uri.query.',
};

/** A piece of a word: text as it is, or the name of a placeholder of Caddy 2. */
export type Piece = { readonly text: string } | { readonly placeholder: string };

export interface Scope {
  /** The word is used before anything is rewritten. */
  readonly first?: boolean;
  /** Name of the regular expression that `{1}`, `{2}`… are of. */
  readonly captures?: string;
}

/** @throws CoveyError `invalid` for a placeholder that Caddy 2 has nothing for */
export function pieces(of: Word, scope: Scope = {}): Piece[] {
  const found: Piece[] = [];
  let end = 0;
  // `\{` is a brace and no placeholder, to v1 as to v2
  for (const match of of.text.matchAll(/(?<!\\)\{([^{}\s]*)\}/g)) {
    const [whole, name = ''] = match;
    const text = of.text.slice(end, match.index);
    if (name.startsWith('$')) continue;
    if (text !== '') found.push({ text });
    found.push({ placeholder: placeholder(name, whole, of, scope) });
    end = match.index + whole.length;
  }
  const rest = of.text.slice(end);
  return rest === '' ? found : [...found, { text: rest }];
}

function placeholder(name: string, whole: string, of: Word, scope: Scope): string {
  if (/^\d+$/.test(name) && scope.captures !== undefined) return `http.regexp.${scope.captures}.${name}`;
  const prefix = prefixes[name.charAt(0)];
  const converted =
    prefix !== undefined && name.length > 1
      ? prefix + name.slice(1)
      : ((scope.first ? unrewritten[name] : undefined) ?? same[name]);
  if (converted !== undefined) return converted;
  throw caddyfileError(of.position, `the v1 placeholder ${whole} has no counterpart in Caddy 2`);
}

/** A word of a v1 file with its placeholders as Caddy 2 writes them; `{$ENV}` stays. Errors as `pieces`. */
export function convertWord(of: Word, scope: Scope = {}): Word {
  const text = pieces(of, scope).map((piece) => ('text' in piece ? piece.text : `{${piece.placeholder}}`));
  return { ...of, text: text.join('') };
}
