import { argTexts, type Directive, directive, type Snippet } from './ast.ts';
import { containers } from './containers.ts';
import { expand } from './snippets.ts';

/** What a site gets where it does not say otherwise. */
export interface SiteDefaults {
  /** Name of the access log. */
  readonly logger: string;
  /** Certificates come from Caddy's internal CA. */
  readonly internalCa: boolean;
  readonly scheme: 'http' | 'https';
}

const timeouts = ['response_header_timeout', 'read_timeout', 'write_timeout'] as const;

/** A site's directives with what §4 adds to them. */
export function withDefaults(
  directives: readonly Directive[],
  snippets: readonly Snippet[],
  { logger, internalCa, scheme }: SiteDefaults,
): Directive[] {
  const present = new Set(expand(directives, snippets).map(({ name }) => name.text));
  return [
    ...(internalCa && scheme === 'https' && !present.has('tls') ? [directive(['tls', 'internal'])] : []),
    // Caddy's own names for logs are numbers that change with every other site
    ...(present.has('log') ? [] : [directive(['log', logger])]),
    ...(present.has('encode') ? [] : [directive(['encode', 'zstd', 'gzip'])]),
    ...withProxyDefaults(directives),
  ];
}

/** The same for what stands in a snippet, which any site may import: only the proxies in it. */
export function withProxyDefaults(directives: readonly Directive[]): Directive[] {
  return directives.map((item) => {
    if (item.name.text === 'reverse_proxy') return proxy(item);
    if (item.block === undefined || !containers.has(item.name.text)) return item;
    return { ...item, block: withProxyDefaults(item.block) };
  });
}

function proxy(item: Directive): Directive {
  const block = item.block ?? [];
  const has = (name: string, arg?: string) =>
    block.some(
      (line) => line.name.text === name && (arg === undefined || line.args[0]?.text.toLowerCase() === arg),
    );
  const lines = [
    ...withProxyDefaults(block).map((line) =>
      line.name.text === 'transport' ? transport(line, item) : line,
    ),
    ...(has('header_up', 'x-real-ip')
      ? []
      : [directive(['header_up', 'X-Real-IP', '{http.request.remote.host}'])]),
    // a new configuration for one app may not cut the websockets of all
    ...(has('stream_close_delay') ? [] : [directive(['stream_close_delay', '30m'])]),
    ...(has('transport') || upstreams(item).some((to) => to.startsWith('h2c://'))
      ? []
      : [transport(directive(['transport', 'http'], []), item)]),
  ];
  return { ...item, block: lines };
}

/** A `transport http` with our timeouts and, for a certificate that nobody signed, without a check of it. */
function transport(item: Directive, of: Directive): Directive {
  if (item.args[0]?.text !== 'http') return item;
  const block = item.block ?? [];
  const has = (name: string) => block.some((line) => line.name.text.startsWith(name));
  const secure = upstreams(of).some((to) => to.startsWith('https://')) || has('tls');
  return {
    ...item,
    block: [
      ...block,
      ...(has('dial_timeout') ? [] : [directive(['dial_timeout', '10s'])]),
      ...timeouts.filter((name) => !has(name)).map((name) => directive([name, '300s'])),
      ...(secure && !has('tls_') ? [directive(['tls_insecure_skip_verify'])] : []),
    ],
  };
}

function upstreams(item: Directive): string[] {
  const to = (item.block ?? []).filter(({ name }) => name.text === 'to').flatMap(argTexts);
  return [...argTexts(item), ...to];
}
