import { globSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

export const root = fileURLToPath(new URL('../..', import.meta.url));

/** The sources with what names in them mean. */
export interface Program {
  readonly files: readonly ts.SourceFile[];
  /** The declaration that an identifier stands for, through imports; undefined for what lies outside of src. */
  declarationOf(identifier: ts.Node): ts.Declaration | undefined;
  /** Where a function or a variable that holds one is called. */
  callsOf(declaration: ts.Declaration): readonly ts.CallExpression[];
}

/** Reads src, and nothing of its dependencies: their types do not matter here, and they take seconds. */
export function readProgram(): Program {
  const names = globSync('src/**/*.ts', { cwd: root, exclude: ['src/generated/**'] }).sort();
  const program = ts.createProgram({
    rootNames: names.map((name) => `${root}${name}`),
    options: {
      target: ts.ScriptTarget.ESNext,
      module: ts.ModuleKind.NodeNext,
      moduleResolution: ts.ModuleResolutionKind.NodeNext,
      allowImportingTsExtensions: true,
      noEmit: true,
      noLib: true,
      noResolve: true,
      types: [],
    },
  });
  const checker = program.getTypeChecker();
  const files = program.getSourceFiles().filter(({ fileName }) => fileName.startsWith(`${root}src/`));

  const declarationOf = (identifier: ts.Node): ts.Declaration | undefined => {
    const symbol = ts.isShorthandPropertyAssignment(identifier.parent)
      ? checker.getShorthandAssignmentValueSymbol(identifier.parent)
      : checker.getSymbolAtLocation(identifier);
    if (symbol === undefined) return undefined;
    return (symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol).valueDeclaration;
  };

  const calls = new Map<ts.Declaration, ts.CallExpression[]>();
  for (const file of files) {
    for (const call of nodesOf(file, ts.isCallExpression)) {
      const declaration = ts.isIdentifier(call.expression) && declarationOf(call.expression);
      if (declaration) calls.set(declaration, [...(calls.get(declaration) ?? []), call]);
    }
  }
  return { files, declarationOf, callsOf: (declaration) => calls.get(declaration) ?? [] };
}

/** All nodes of one kind below a node, in the order of the text. */
export function nodesOf<T extends ts.Node>(top: ts.Node, is: (node: ts.Node) => node is T): T[] {
  const found: T[] = [];
  const visit = (node: ts.Node): void => {
    if (is(node)) found.push(node);
    ts.forEachChild(node, visit);
  };
  visit(top);
  return found;
}
