import { type Directive, directive, type Word } from '../ast.ts';
import { caddyfileError } from '../lexer.ts';
import { type Health, healthLines, healthNames } from './health.ts';
import { exceptions, longestFirst, prefix, test, when } from './matching.ts';
import { convertWord } from './placeholders.ts';
import { type Convert, duration, only, type V1Site, wholeNumber } from './site.ts';
import { readUpstreams } from './upstreams.ts';

interface Parts {
  readonly upstreams: Word[];
  readonly lines: Directive[];
  readonly transport: Directive[];
  readonly health: Health;
  except: readonly Word[];
  without: Word | undefined;
  insecure: boolean;
}

type Read = (parts: Parts, item: Directive) => void;

/** A line of the `reverse_proxy` that has another name, and a value of a known kind. */
const renamed =
  (to: string, value: (of: Word) => string): Read =>
  ({ lines }, item) => {
    lines.push(directive([to, value(only(item, 'one value'))], undefined, item.name.position));
  };

/** What Caddy 2 does by itself, or what our defaults add. */
const implied: Read = () => undefined;

/** Headers that Caddy 2 (and our X-Real-IP) send with this very value anyway. */
const impliedHeaders = new Set([
  'host {host}',
  'x-real-ip {remote}',
  'x-forwarded-for {remote}',
  'x-forwarded-proto {scheme}',
  'x-forwarded-host {host}',
  // the way to pass websockets on before there was "websocket"
  'connection {>connection}',
  'upgrade {>upgrade}',
]);

const header =
  (to: 'header_up' | 'header_down'): Read =>
  ({ lines }, item) => {
    const [name, value, replacement, more] = item.args;
    const { position } = item.name;
    if (name === undefined || more !== undefined || (value === undefined && !name.text.startsWith('-'))) {
      throw caddyfileError(position, `"${item.name.text}" needs a name and a value, or -NAME`);
    }
    if (to === 'header_up' && impliedHeaders.has(`${name.text} ${value?.text}`.toLowerCase())) return;
    if (name.text.startsWith('-')) {
      lines.push(directive([to, name], undefined, position));
      return;
    }
    if (replacement !== undefined && name.text.startsWith('+')) {
      throw caddyfileError(position, `"${name.text}" can't have a replacement`);
    }
    // with a replacement the value is a pattern
    const values = replacement === undefined ? item.args.slice(1) : [replacement];
    const pattern = replacement === undefined || value === undefined ? [] : [value];
    const converted = values.map((of) => convertWord(of));
    lines.push(directive([to, name, ...pattern, ...converted], undefined, position));
  };

const policies = new Set(['random', 'least_conn', 'round_robin', 'first', 'ip_hash', 'uri_hash']);

const policy: Read = ({ lines }, { name, args: [chosen, field, more] }) => {
  if (chosen?.text === 'header' && field !== undefined && more === undefined) {
    const fallback = [directive(['fallback', 'round_robin'])];
    lines.push(directive(['lb_policy', chosen, field], fallback, name.position));
  } else if (chosen !== undefined && policies.has(chosen.text) && field === undefined) {
    lines.push(directive(['lb_policy', chosen], undefined, name.position));
  } else {
    const names = [...policies].join(', ');
    throw caddyfileError(name.position, `"policy" is none of: ${names}, header NAME`);
  }
};

const health: Read = (parts, item) => {
  parts.health.set(item.name.text, item);
};

const conversions: Record<string, Read> = {
  websocket: implied,
  transparent: ({ lines }) => {
    // the others of v1's preset are implied
    lines.push(directive(['header_up', 'X-Forwarded-Port', '{http.request.local.port}']));
  },
  insecure_skip_verify: (parts) => {
    parts.insecure = true;
  },
  upstream: ({ upstreams }, item) => {
    upstreams.push(only(item, 'one address'));
  },
  header_upstream: header('header_up'),
  header_downstream: header('header_down'),
  except: (parts, { name, args }) => {
    if (args.length === 0) throw caddyfileError(name.position, '"except" needs a path');
    parts.except = args;
  },
  without: (parts, item) => {
    parts.without = only(item, 'one path');
  },
  policy,
  max_fails: renamed('max_fails', (of) => wholeNumber(of, 1)),
  fail_timeout: renamed('fail_duration', duration),
  max_conns: renamed('unhealthy_request_count', (of) => wholeNumber(of, 0)),
  try_duration: renamed('lb_try_duration', duration),
  try_interval: renamed('lb_try_interval', duration),
  ...Object.fromEntries(healthNames.map((name) => [name, health])),
  keepalive: ({ transport }, item) => {
    const count = wholeNumber(only(item, 'one number'), 0);
    transport.push(
      directive(count === '0' ? ['keepalive', 'off'] : ['keepalive_idle_conns_per_host', count]),
    );
  },
  timeout: ({ transport }, item) => {
    transport.push(directive(['dial_timeout', duration(only(item, 'one duration'))]));
  },
  fallback_delay: ({ transport }, item) => {
    transport.push(directive(['dial_fallback_delay', duration(only(item, 'one duration'))]));
  },
};

/** v1's `proxy FROM TO… { … }`, several of which are tried from the longest FROM to the shortest. */
export const convertProxies: Convert = (all, site) =>
  longestFirst(all, ({ args }) => args[0]?.text ?? '').flatMap((from) => convertProxy(from, site));

/**
 * One `proxy` as a `reverse_proxy`, in a `handle` of its own where the path changes on the way. The visitor's Host
 * goes through, as it did with the `transparent` that was once added to every site.
 */
function convertProxy(from: Directive, site: V1Site): Directive[] {
  const [path, ...targets] = from.args;
  const { position } = from.name;
  const parts = readBlock(from, targets);
  if (path === undefined || parts.upstreams.length === 0) {
    throw caddyfileError(
      position,
      '"proxy" needs a path and at least one upstream, such as: proxy / http://host:80',
    );
  }
  const { words, base, secure } = readUpstreams(parts.upstreams, position);
  const insecure = secure && parts.insecure ? [directive(['tls_insecure_skip_verify'])] : [];
  const transport = [...parts.transport, ...site.timeouts, ...insecure];
  const lines = [
    ...parts.lines,
    // Caddy 2.11 would send the upstream's own name
    ...(secure && !setsHost(parts.lines)
      ? [directive(['header_up', 'Host', '{http.request.hostport}'])]
      : []),
    ...healthLines(parts.health, base, site),
    ...(transport.length > 0 ? [directive(['transport', 'http'], transport)] : []),
    ...site.accel,
  ];
  const changes = [
    ...(parts.without === undefined ? [] : [directive(['uri', 'strip_prefix', parts.without])]),
    ...(base === '' ? [] : [directive(['rewrite', '*', `${base}{http.request.uri}`])]),
  ];
  const except = exceptions(path, parts.except);
  const tests = [
    test('path', prefix(path)),
    ...(except.length === 0 ? [] : [test('not', 'path', ...except)]),
  ];
  const { matcher, definition } = when(tests, site, 'proxy', path.position);
  if (changes.length === 0) {
    return [...definition, directive(['reverse_proxy', ...matcher, ...words], lines, position)];
  }
  const inner = [...changes, directive(['reverse_proxy', ...words], lines, position)];
  return [...definition, directive(['handle', ...matcher], [directive(['route'], inner)], position)];
}

function readBlock({ block = [] }: Directive, targets: readonly Word[]): Parts {
  const parts: Parts = {
    upstreams: [...targets],
    lines: [],
    transport: [],
    health: new Map(),
    except: [],
    without: undefined,
    insecure: false,
  };
  for (const item of block) {
    const read = conversions[item.name.text];
    if (read === undefined) {
      throw caddyfileError(item.name.position, `"${item.name.text}" of a v1 "proxy" is not supported`);
    }
    read(parts, item);
  }
  return parts;
}

function setsHost(lines: readonly Directive[]): boolean {
  return lines.some(({ name, args }) => name.text === 'header_up' && args[0]?.text.toLowerCase() === 'host');
}
