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
  uri: 'http.request.uri',
  rewrite_uri: 'http.request.uri',
  path: 'http.request.uri.path',
  rewrite_path: 'http.request.uri.path',
  dir: 'http.request.uri.path.dir',
  file: 'http.request.uri.path.file',
  query: 'http.request.uri.query',
  server_port: 'http.request.local.port',
  request_id: 'http.request.uuid',
  user: 'http.auth.user.id',
};

const prefixes: Record<string, string> = {
  '>': 'http.request.header.',
  '<': 'http.response.header.',
  '~': 'http.request.cookie.',
  '?': 'http.request.uri.query.',
};

/**
 * A word of a v1 file with its placeholders as Caddy 2 writes them; `{$ENV}` stays.
 * @throws CoveyError `invalid` for a placeholder that Caddy 2 has nothing for
 */
export function convertWord(of: Word): Word {
  const text = of.text.replace(/\{([^{}\s]*)\}/g, (whole, name: string) => {
    if (name.startsWith('$')) return whole;
    const prefix = prefixes[name.charAt(0)];
    const converted = prefix === undefined ? same[name] : prefix + name.slice(1);
    if (converted !== undefined) return `{${converted}}`;
    throw caddyfileError(of.position, `the v1 placeholder ${whole} has no counterpart in Caddy 2`);
  });
  return { ...of, text };
}
