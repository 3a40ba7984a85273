import { type Directive, directive, type Word, word } from '../ast.ts';
import { caddyfileError } from '../lexer.ts';
import { convertWord } from './placeholders.ts';

/** Timeouts of a site's `timeouts` directive, as lines of the upstream transport. */
export type Timeouts = readonly Directive[];

interface Parts {
  readonly upstreams: Word[];
  readonly lines: Directive[];
  readonly transport: Directive[];
  except: Word[];
  without: string | undefined;
  insecure: boolean;
}

type Convert = (parts: Parts, item: Directive) => void;

/** A sub-directive that is the same but for its name. */
const renamed =
  (name: string): Convert =>
  ({ lines }, item) => {
    lines.push(directive([name, ...item.args.map(convertWord)], undefined, item.name.position));
  };

/** What Caddy 2 does by itself, or what our defaults add. */
const implied: Convert = () => undefined;

/** Headers that Caddy 2 (and our X-Real-IP) send with this very value anyway. */
const impliedHeaders = new Set([
  'host {host}',
  'x-real-ip {remote}',
  'x-forwarded-for {remote}',
  'x-forwarded-proto {scheme}',
]);

const conversions: Record<string, Convert> = {
  websocket: implied,
  transparent: implied,
  fallback_delay: implied,
  insecure_skip_verify: (parts) => {
    parts.insecure = true;
  },
  upstream: ({ upstreams }, item) => {
    upstreams.push(...item.args);
  },
  header_upstream: (parts, item) => {
    const [name, value] = item.args;
    if (impliedHeaders.has(`${name?.text.toLowerCase()} ${value?.text}`)) return;
    renamed('header_up')(parts, item);
  },
  header_downstream: renamed('header_down'),
  except: (parts, { args }) => {
    parts.except.push(...args.map((path) => word(prefix(path.text), path.position)));
  },
  without: (parts, { args }) => {
    parts.without = args[0]?.text;
  },
  policy: ({ lines }, item) => {
    lines.push(directive(['lb_policy', ...item.args], undefined, item.name.position));
  },
  max_fails: renamed('max_fails'),
  fail_timeout: renamed('fail_duration'),
  max_conns: renamed('unhealthy_request_count'),
  try_duration: renamed('lb_try_duration'),
  try_interval: renamed('lb_try_interval'),
  health_check: renamed('health_uri'),
  health_check_port: renamed('health_port'),
  health_check_interval: renamed('health_interval'),
  health_check_timeout: renamed('health_timeout'),
  health_check_contains: renamed('health_body'),
  keepalive: ({ transport }, item) => {
    transport.push(directive(['keepalive_idle_conns', ...item.args], undefined, item.name.position));
  },
  timeout: ({ transport }, item) => {
    transport.push(directive(['dial_timeout', ...item.args], undefined, item.name.position));
  },
};

/** v1's paths are prefixes of the text; `/` is all. */
function prefix(path: string): string {
  return path === '/' ? '*' : `${path}*`;
}

/**
 * v1's `proxy FROM TO… { … }` as a `reverse_proxy`, in a `handle` of its own where the path changes on the way. The
 * visitor's Host goes through, as it did with the `transparent` that was once added to every site.
 */
export function convertProxy(from: Directive, timeouts: Timeouts): Directive[] {
  const [path, ...targets] = from.args;
  const { position } = from.name;
  const parts: Parts = {
    upstreams: targets,
    lines: [],
    transport: [],
    except: [],
    without: undefined,
    insecure: false,
  };
  for (const item of from.block ?? []) {
    const convert = conversions[item.name.text];
    if (convert === undefined) {
      throw caddyfileError(item.name.position, `"${item.name.text}" of a v1 "proxy" is not supported`);
    }
    convert(parts, item);
  }
  if (path === undefined || parts.upstreams.length === 0) {
    throw caddyfileError(
      position,
      '"proxy" needs a path and at least one upstream, such as: proxy / http://host:80',
    );
  }
  const upstreams = parts.upstreams.map(readUpstream);
  const base = upstreams[0]?.base ?? '';
  if (upstreams.some((upstream) => upstream.base !== base)) {
    throw caddyfileError(position, 'all upstreams of a "proxy" need the same path');
  }
  const secure = upstreams.some(({ text }) => text.startsWith('https://'));
  const transport = [...parts.transport, ...timeouts, ...(secure && parts.insecure ? [insecure()] : [])];
  const lines = [
    ...parts.lines,
    // Caddy 2.11 would send the upstream's own name
    ...(secure && !setsHost(parts.lines)
      ? [directive(['header_up', 'Host', '{http.request.hostport}'])]
      : []),
    ...(transport.length > 0 ? [directive(['transport', 'http'], transport)] : []),
  ];
  const targetTexts = upstreams.map(({ text, position: at }) => word(text, at));
  const changes = [
    ...(parts.without === undefined ? [] : [directive(['uri', 'strip_prefix', parts.without])]),
    ...(base === '' ? [] : [directive(['rewrite', '*', `${base}{http.request.uri}`])]),
  ];
  const { matcher, definition } = matching(path, parts.except, position.line);
  if (changes.length === 0) {
    const matchers = matcher === '*' ? [] : [word(matcher, path.position)];
    return [...definition, directive(['reverse_proxy', ...matchers, ...targetTexts], lines, position)];
  }
  const inner = [...changes, directive(['reverse_proxy', ...targetTexts], lines, position)];
  return [...definition, directive(['handle', matcher], [directive(['route'], inner)], position)];
}

/** @param line makes the matcher's name the only one of its file */
function matching(
  path: Word,
  except: readonly Word[],
  line: number,
): { matcher: string; definition: Directive[] } {
  const paths = prefix(path.text);
  if (except.length === 0) return { matcher: paths, definition: [] };
  const name = `@proxy-${line}`;
  const tests = [directive(['path', paths]), directive(['not', 'path', ...except])];
  return { matcher: name, definition: [directive([name as string], paths === '*' ? tests.slice(1) : tests)] };
}

function readUpstream({ text, position }: Word): { text: string; base: string; position: Word['position'] } {
  if (text.startsWith('unix:')) return { text: `unix/${text.slice('unix:'.length)}`, base: '', position };
  const match = /^((?:[a-z0-9]+:\/\/)?[^/]+)(\/.*)?$/i.exec(text);
  const scheme = /^([a-z0-9]+):\/\//i.exec(text)?.[1]?.toLowerCase();
  if (match === null || (scheme !== undefined && scheme !== 'http' && scheme !== 'https')) {
    throw caddyfileError(position, `the upstream "${text}" is neither http:// nor https:// nor host:port`);
  }
  const host = match[1] ?? '';
  // an upstream without scheme and port was on port 80
  const authority = scheme === undefined && !/:\d+(-\d+)?$/.test(host) ? `${host}:80` : host;
  return { text: authority, base: (match[2] ?? '').replace(/\/+$/, ''), position };
}

function insecure(): Directive {
  return directive(['tls_insecure_skip_verify']);
}

function setsHost(lines: readonly Directive[]): boolean {
  return lines.some(({ name, args }) => name.text === 'header_up' && args[0]?.text.toLowerCase() === 'host');
}
