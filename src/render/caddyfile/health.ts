import type { Caddyfile, Directive } from './ast.ts';
import { containers as blocks } from './containers.ts';

/**
 * A file in which no proxy checks by itself whether its upstreams are up. Where requests are led aside nobody is to be asked, and a container that
 * is stopped for a moment would count as down until the next check, long after it is back.
 */
export function withoutHealthChecks(file: Caddyfile): Caddyfile {
  const unchecked = (directives: readonly Directive[]): Directive[] =>
    directives.map((item) => {
      const isProxy = ['reverse_proxy', 'php_fastcgi'].includes(item.name.text);
      if (item.block === undefined || !(isProxy || blocks.has(item.name.text))) return item;
      const block = isProxy ? item.block.filter(({ name }) => !isCheck(name.text)) : item.block;
      return { ...item, block: unchecked(block) };
    });
  return {
    ...file,
    snippets: file.snippets.map((each) => ({
      ...each,
      // What is imported into a proxy.
      directives: unchecked(each.directives.filter(({ name }) => !isCheck(name.text))),
    })),
    sites: file.sites.map((each) => ({ ...each, directives: unchecked(each.directives) })),
  };
}

const isCheck = (name: string): boolean => name.startsWith('health_');
