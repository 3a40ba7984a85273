import { parseAddress } from './address.ts';
import { type Caddyfile, type Directive, word } from './ast.ts';
import { containers } from './containers.ts';
import { caddyfileError } from './lexer.ts';

/**
 * Gives each logger a name of its owner's. Names of loggers are those of the whole Caddy: of two with one name the last
 * one counts, and `default` is Caddy's own log.
 */
export function renameLoggers(file: Caddyfile, rename: (name: string) => string): Caddyfile {
  return mapDirectives(file, (item) => {
    if (item.name.text !== 'log' && item.name.text !== 'log_name') return item;
    return { ...item, args: item.args.map((arg) => ({ ...arg, text: rename(arg.text) })) };
  });
}

/**
 * Gives a name to each logger that has a block and none. Caddy would number them over all apps, so that one app's would
 * get another name by another app's. One whose block an import fills in is a different one at each import: it stays.
 */
export function nameLoggers(file: Caddyfile, nameOf: (index: number) => string): Caddyfile {
  let index = 0;
  return mapDirectives(file, (item) => {
    const isOpen = item.name.text === 'log' && item.args.length === 0 && item.block !== undefined;
    if (!isOpen || JSON.stringify(item.block).includes('{args')) return item;
    index += 1;
    return { ...item, args: [word(nameOf(index), item.name.position)] };
  });
}

/** @throws CoveyError `invalid` where a logger takes the requests of a host that the file does not declare */
export function checkLoggers(file: Caddyfile): void {
  const own = new Set(file.sites.flatMap(({ addresses }) => addresses.map((one) => parseAddress(one).host)));
  mapDirectives(file, (item) => {
    if (item.name.text !== 'log') return item;
    const hostnames = (item.block ?? []).filter(({ name }) => name.text === 'hostnames');
    for (const { text, position } of hostnames.flatMap(({ args }) => args)) {
      if (own.has(text.toLowerCase())) continue;
      throw caddyfileError(position, `"${text}" is no host of this CADDYFILE`, 'A log is for its own hosts.');
    }
    return item;
  });
}

/** The file with each directive of a site replaced, also of those within other ones. */
function mapDirectives(file: Caddyfile, change: (item: Directive) => Directive): Caddyfile {
  const changed = (directives: readonly Directive[]): Directive[] =>
    directives.map((item) => {
      const inner = containers.has(item.name.text) && item.block !== undefined;
      return change(inner ? { ...item, block: changed(item.block ?? []) } : item);
    });
  return {
    ...file,
    snippets: file.snippets.map((item) => ({ ...item, directives: changed(item.directives) })),
    sites: file.sites.map((site) => ({ ...site, directives: changed(site.directives) })),
  };
}
