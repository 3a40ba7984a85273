import type { Caddyfile, Directive, Snippet } from './ast.ts';
import { caddyfileError } from './lexer.ts';

/** Directives with each `import` replaced by the snippet's; arguments of imports (`{args[0]}`) stay unfilled. */
export function expand(directives: readonly Directive[], snippets: readonly Snippet[]): Directive[] {
  return directives.flatMap((item) => {
    if (item.name.text !== 'import') return [item];
    const found = snippets.find(({ name }) => name === item.args[0]?.text);
    if (found === undefined) return [];
    return expand(
      found.directives,
      // what follows a snippet can't be of use to it, and a circle ends here
      snippets.slice(0, snippets.indexOf(found)),
    );
  });
}

/** `expand` for v1, where an `import` may stand in the block of any directive. */
export function expandAll(directives: readonly Directive[], snippets: readonly Snippet[]): Directive[] {
  return expand(directives, snippets).map((item) =>
    item.block === undefined ? item : { ...item, block: expandAll(item.block, snippets) },
  );
}

/** Gives each snippet a name of its owner's, so that files of several owners can stand in one. */
export function renameSnippets(file: Caddyfile, rename: (name: string) => string): Caddyfile {
  const known = new Set(file.snippets.map(({ name }) => name));
  const renamed = (directives: readonly Directive[]): Directive[] =>
    directives.map((item) => {
      const [first, ...rest] = item.args;
      const isOurs = item.name.text === 'import' && first !== undefined && known.has(first.text);
      const args = isOurs ? [{ ...first, text: rename(first.text) }, ...rest] : item.args;
      return { name: item.name, args, ...(item.block === undefined ? {} : { block: renamed(item.block) }) };
    });
  return {
    ...file,
    snippets: file.snippets.map((item) => ({
      ...item,
      name: rename(item.name),
      directives: renamed(item.directives),
    })),
    sites: file.sites.map((site) => ({ ...site, directives: renamed(site.directives) })),
  };
}

/** @throws CoveyError `invalid` for an import of anything but a snippet that stands further up in the same file */
export function checkImports(file: Caddyfile): void {
  const check = (directives: readonly Directive[], known: ReadonlySet<string>): void => {
    for (const { name, args, block } of directives) {
      if (name.text === 'import' && !known.has(args[0]?.text ?? '')) {
        const what = args[0]?.text ?? '';
        const hint = 'Only snippets of the same CADDYFILE, declared above, can be imported.';
        throw caddyfileError(name.position, `"import ${what}" names no snippet`, hint);
      }
      if (block !== undefined) check(block, known);
    }
  };
  const known = new Set<string>();
  for (const { name, directives } of file.snippets) {
    check(directives, known);
    known.add(name);
  }
  for (const { directives } of file.sites) check(directives, known);
}
