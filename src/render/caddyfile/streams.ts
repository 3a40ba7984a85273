import { type Caddyfile, type Directive, type Word, word } from './ast.ts';
import { containers as blocks } from './containers.ts';

/** Caddy's variable that is a dot for a stream, and not set for any other request; `proxy/caddy/config.ts` sets it. */
export const STREAM_DOT = 'covey_stream';

/** `http://` may stand in front: that is what it is without. */
const PLAIN = /^(?:http:\/\/)?([a-z0-9][\w.-]*)(?::(\d+))?$/i;

/** What shows an app the name of its upstream: it is to see the one that it knows. */
const TELLS_NAME = /\bupstream_hostport\b|\b(?:rp|reverse_proxy)\.upstream\.(?:address|host)/;

/** Active checks take no variable; a policy may choose by the name; and what a snippet brings is not known here. */
const GOES_BY_NAME = /^(?:health_.*|dynamic|lb_policy|import)$/;

/** To these, too, the name says something. HTTP/2 has many streams on one connection. */
const OTHER_TRANSPORT =
  /^(?:tls.*|versions|resolvers|forward_proxy_url|network_proxy|max_conns_per_host|import)$/;

/**
 * Has Caddy dial these containers by their name and a dot for streams (`covey_stream`). To DNS that is the same host, but it counts what is
 * under way by the host as it dials it: so a drain can tell streams from requests. All else of a proxy is as it was, since there is
 * still but one. Where a proxy goes by the name in any way it stays as it is.
 * @param containers their names
 */
export function markStreams(file: Caddyfile, containers: readonly string[]): Caddyfile {
  const names = new Set(containers.map((name) => name.toLowerCase()));
  const owners = [...file.snippets, ...file.sites];
  if (names.size === 0 || owners.some(({ directives }) => tellName(directives))) return file;
  const marked = (directives: readonly Directive[]): Directive[] =>
    directives.map((item) => {
      const isProxy = item.name.text === 'reverse_proxy';
      if (item.block === undefined || !(isProxy || blocks.has(item.name.text)))
        return isProxy ? mark(item, names) : item;
      const inside = { ...item, block: marked(item.block) };
      return isProxy ? mark(inside, names) : inside;
    });
  return {
    ...file,
    snippets: file.snippets.map((each) => ({ ...each, directives: marked(each.directives) })),
    sites: file.sites.map((each) => ({ ...each, directives: marked(each.directives) })),
  };
}

function tellName(directives: readonly Directive[]): boolean {
  return directives.some(
    ({ name, args, block = [] }) =>
      [name, ...args].some(({ text }) => TELLS_NAME.test(text)) || tellName(block),
  );
}

function mark(item: Directive, names: ReadonlySet<string>): Directive {
  const block = item.block ?? [];
  const to = block.filter(({ name }) => name.text === 'to');
  // A scheme holds for all of them, and none may stand beside a variable.
  const takesNone = [item, ...to].every(({ args }) =>
    args.every(({ text }) => !text.includes('://') || PLAIN.test(text)),
  );
  if (!takesNone || block.some(goesByName)) return item;
  const hosts = ({ args }: Directive) => args.map((each) => markHost(each, names));
  return {
    ...item,
    args: hosts(item),
    ...(item.block && {
      block: block.map((line) => (line.name.text === 'to' ? { ...line, args: hosts(line) } : line)),
    }),
  };
}

function goesByName({ name, args, block = [] }: Directive): boolean {
  if (name.text !== 'transport') return GOES_BY_NAME.test(name.text);
  return args[0]?.text !== 'http' || block.some((line) => OTHER_TRANSPORT.test(line.name.text));
}

function markHost(given: Word, names: ReadonlySet<string>): Word {
  const [text, host = '', port = '80'] = PLAIN.exec(given.text) ?? [];
  const isOurs = names.has(host.toLowerCase());
  if (text === undefined || !(isOurs || text.includes('://'))) return given;
  return word(`${host}${isOurs ? `{http.vars.${STREAM_DOT}}` : ''}:${port}`, given.position);
}
