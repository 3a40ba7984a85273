import { readCaddyfile } from '../render/caddyfile/app.ts';
import type { Directive, Word } from '../render/caddyfile/ast.ts';
import { printCaddyfile } from '../render/caddyfile/printer.ts';
import { PROXIES, upstreamsOf } from './sites.ts';

/** What one container is called on the networks of Docker that it has joined, whatever its name becomes. */
export const upstreamName = (id: string): string => id.slice(0, 12);

/** Whether Caddy takes that for the name of a host: of digits alone Go's resolver makes none, which is so with one id in 281. */
export const hasUpstreamName = (id: string): boolean => /\D/.test(upstreamName(id));

/** Container -> what stands in for it; in lower case, as hosts have no other. */
type Names = Readonly<Record<string, string>>;

/** The CADDYFILE with other hosts in the place of those to which it sends requests. @throws CoveyError `invalid` */
export function withStandIns(caddyfile: string, names: Names): string {
  const file = readCaddyfile(caddyfile);
  const replaced = (directives: readonly Directive[]) => directives.map((each) => replaceIn(each, names));
  const text = printCaddyfile({
    ...file,
    snippets: file.snippets.map((snippet) => ({ ...snippet, directives: replaced(snippet.directives) })),
    sites: file.sites.map((site) => ({ ...site, directives: replaced(site.directives) })),
  });
  return `# caddy v2\n${text}`;
}

/**
 * Whether all is done by sending requests elsewhere where others stand in for these containers: they are asked by plain HTTP, to which
 * the name of the host says nothing, and are named nowhere else in the CADDYFILE.
 */
export function canStandIn(served: { caddyfile: string; ct: Names }): boolean {
  if (!upstreamsOf(served).every(({ http }) => http)) return false;
  const names = Object.values(served.ct).map((name) => name.toLowerCase());
  try {
    const left = withStandIns(served.caddyfile, Object.fromEntries(names.map((name) => [name, 'x'])));
    return !names.some((name) => left.toLowerCase().includes(name));
  } catch {
    return false; // whoever renders it says what is wrong with it
  }
}

function replaceIn(item: Directive, names: Names): Directive {
  const { block } = item;
  if (!PROXIES.includes(item.name.text))
    return block === undefined ? item : { ...item, block: block.map((each) => replaceIn(each, names)) };
  const hosts = (words: readonly Word[]) => words.map((each) => replaceHost(each, names));
  return {
    ...item,
    args: hosts(item.args),
    ...(block && {
      block: block.map((line) => (line.name.text === 'to' ? { ...line, args: hosts(line.args) } : line)),
    }),
  };
}

function replaceHost(word: Word, names: Names): Word {
  const [, scheme = '', host = '', port = ''] =
    /^(\w+:\/\/)?([^/:{}@*]+)(:[\d-]+)?\/?$/.exec(word.text) ?? [];
  const name = names[host.toLowerCase()];
  return name === undefined ? word : { ...word, text: `${scheme}${name}${port}` };
}
