import { z } from 'zod';
import { readCaddyfile } from '../render/caddyfile/app.ts';
import type { Caddyfile, Directive } from '../render/caddyfile/ast.ts';
import { argTexts } from '../render/caddyfile/ast.ts';
import { expandAll } from '../render/caddyfile/snippets.ts';

/** Where the sites of an app send requests. */
export const upstreamSchema = z.object({
  /** Name of a container of the app. */
  container: z.string(),
  port: z.int(),
  /** Plain HTTP; else all that is known is that it takes connections. */
  http: z.boolean(),
});

export type Upstream = z.output<typeof upstreamSchema>;

/** Of a record. */
interface Served {
  caddyfile: string;
  ct: Readonly<Record<string, string>>;
}

/** The containers of the app that its sites send requests to, each port once, in the order of the CADDYFILE. */
export function upstreamsOf({ caddyfile, ct }: Served): Upstream[] {
  const names = new Map(Object.values(ct).map((name) => [name.toLowerCase(), name]));
  const found = proxiesOf(caddyfile).flatMap((proxy) =>
    targetsOf(proxy).flatMap(({ scheme, host, port }) => {
      const container = names.get(host);
      const isPlain = scheme === 'http' && !speaksOther(proxy);
      return container === undefined ? [] : [{ container, port, http: isPlain }];
    }),
  );
  return found.filter(
    ({ container, port }, index) =>
      index === found.findIndex((each) => each.container === container && each.port === port),
  );
}

function proxiesOf(caddyfile: string): Directive[] {
  let file: Caddyfile;
  try {
    file = readCaddyfile(caddyfile);
  } catch {
    return []; // written by hand: whoever renders it says what is wrong with it
  }
  const proxies = (directives: readonly Directive[]): Directive[] =>
    directives.flatMap((item) => (PROXIES.includes(item.name.text) ? [item] : proxies(item.block ?? [])));
  return file.sites.flatMap(({ directives }) => proxies(expandAll(directives, file.snippets)));
}

/** Directives that send requests on. */
export const PROXIES: readonly string[] = ['reverse_proxy', 'php_fastcgi'];

/** Matchers, placeholders and sockets have no container's name. */
function targetsOf({ args, block = [], name }: Directive): { scheme: string; host: string; port: number }[] {
  const to = block.filter((line) => line.name.text === 'to').flatMap(argTexts);
  return [...argTexts({ args, name }), ...to].flatMap((text) => {
    const [, scheme = 'http', host = '', first] =
      /^(?:([a-z0-9+]+):\/\/)?([^/:{}@*]+)(?::(\d+)(?:-\d+)?)?\/?$/i.exec(text) ?? [];
    const port = Number(first ?? (scheme.toLowerCase() === 'https' ? 443 : 80));
    return host === '' ? [] : [{ scheme: scheme.toLowerCase(), host: host.toLowerCase(), port }];
  });
}

/** By its transport: TLS, HTTP/2 alone, or no HTTP at all. */
function speaksOther({ name, block = [] }: Directive): boolean {
  if (name.text === 'php_fastcgi') return true;
  const transport = block.find((line) => line.name.text === 'transport');
  if (transport === undefined) return false;
  if (transport.args[0]?.text !== 'http') return true;
  return (transport.block ?? []).some(
    (line) => line.name.text.startsWith('tls') || argTexts(line).includes('h2c'),
  );
}
