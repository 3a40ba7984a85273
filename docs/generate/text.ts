import ts from 'typescript';
import { nodesOf, type Program } from './program.ts';

/** What the parameters of a helper are at one of its calls. */
export type Bindings = ReadonlyMap<ts.Declaration, ts.Expression | undefined>;

/** `JSON.stringify(name)` shows what it got, in quotes. */
const QUOTE = 'JSON.stringify';

/** Methods that give the same thing in another form. */
const REWORDS = /^(to[A-Z]\w*|trim\w*|replace\w*|slice|join|map)$/;

/**
 * The texts that an expression may be, with `<name>` for what is known only when it happens. Several where the code
 * chooses.
 */
export function textsOf(expression: ts.Expression, bindings: Bindings, program: Program): string[] {
  const of = (each: ts.Expression) => textsOf(each, bindings, program);
  const node = bare(expression);
  if (isNothing(node)) return [];
  if (ts.isStringLiteralLike(node) || ts.isNumericLiteral(node)) return [node.text];
  if (ts.isTemplateExpression(node)) {
    return node.templateSpans.reduce(
      (texts, span) => cross(texts, of(span.expression), span.literal.text),
      [node.head.text],
    );
  }
  if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.PlusToken) {
    return cross(of(node.left), of(node.right), '');
  }
  if (ts.isConditionalExpression(node)) return chosen([...of(node.whenTrue), ...of(node.whenFalse)]);
  if (ts.isIdentifier(node)) {
    const declaration = program.declarationOf(node);
    const value = declaration && (bindings.get(declaration) ?? constant(declaration));
    const texts = value === undefined ? [] : of(value);
    const isKnown = texts.length > 0 && texts.every((text) => !text.includes('<'));
    return isKnown || texts.some(says) ? texts : [placeholder(node)];
  }
  if (ts.isCallExpression(node)) return ofCall(node, of, program);
  return [placeholder(node)];
}

/** Whether a text is more than what is filled in. */
export function says(text: string): boolean {
  return /\p{L}{2}/u.test(text.replace(/<\w+>/g, ''));
}

function ofCall(node: ts.CallExpression, of: (each: ts.Expression) => string[], program: Program): string[] {
  const callee = node.expression;
  const [first] = node.arguments;
  if (callee.getText() === QUOTE && first) return of(first).map((text) => `"${text}"`);
  if (callee.getText() === 'upperFirst' && first) return of(first);
  const written = isJoin(callee)
    ? of(first ?? callee).flatMap((separator) => joined(callee.expression, separator, of, program))
    : resultOf(callee, program).flatMap(of);
  return written.some(says) ? written : [placeholder(node)];
}

const isJoin = (callee: ts.Expression): callee is ts.PropertyAccessExpression =>
  ts.isPropertyAccessExpression(callee) && callee.name.text === 'join';

/** A list as text: all elements that the code spells out, or one of those that it makes in the same way. */
function joined(
  list: ts.Expression,
  separator: string,
  of: (each: ts.Expression) => string[],
  program: Program,
): string[] {
  const node = bare(list);
  if (ts.isArrayLiteralExpression(node)) {
    const parts = node.elements.flatMap((each) => of(ts.isSpreadElement(each) ? each.expression : each));
    return parts.length === 0 ? [] : [parts.join(separator)];
  }
  if (ts.isCallExpression(node) && /[.]map$/.test(node.expression.getText())) {
    const [make] = node.arguments;
    return make && ts.isArrowFunction(make) && ts.isExpression(make.body) ? of(make.body) : [];
  }
  const declaration = ts.isIdentifier(node) ? program.declarationOf(node) : undefined;
  const value = declaration && constant(declaration);
  return value ? joined(value, separator, of, program) : [];
}

/** What a function returns, if it does so in one place. */
function resultOf(callee: ts.Expression, program: Program): ts.Expression[] {
  const declaration = ts.isIdentifier(callee) ? program.declarationOf(callee) : undefined;
  if (!declaration || !ts.isFunctionDeclaration(declaration)) return [];
  const results = nodesOf(declaration, ts.isReturnStatement).flatMap(({ expression }) => expression ?? []);
  return results.length === 1 ? results : [];
}

function isNothing(node: ts.Expression): boolean {
  return node.kind === ts.SyntaxKind.NullKeyword || (ts.isIdentifier(node) && node.text === 'undefined');
}

/** The value of a `const`. */
export function constant(declaration: ts.Declaration): ts.Expression | undefined {
  if (!ts.isVariableDeclaration(declaration)) return undefined;
  return declaration.parent.flags & ts.NodeFlags.Const ? declaration.initializer : undefined;
}

/** Without what only the compiler needs. */
export function bare(node: ts.Expression): ts.Expression {
  return ts.isParenthesizedExpression(node) ||
    ts.isAsExpression(node) ||
    ts.isNonNullExpression(node) ||
    ts.isSatisfiesExpression(node)
    ? bare(node.expression)
    : node;
}

/** Where the choice is one of punctuation, the last does for all. */
function chosen(texts: string[]): string[] {
  return texts.some((text) => /[\p{L}<]/u.test(text)) ? [...new Set(texts)] : texts.slice(-1);
}

function cross(heads: string[], middles: string[], tail: string): string[] {
  return heads.flatMap((head) => middles.map((middle) => `${head}${middle}${tail}`));
}

/** What is filled in, by the name that says most of it: that of the last property, of the argument, or of the list. */
function placeholder(node: ts.Expression): string {
  return `<${nameOf(node).replace(/(?<=[a-z])Ms$/, '')}>`;
}

function nameOf(expression: ts.Expression): string {
  const node = bare(expression);
  if (ts.isIdentifier(node)) return node.text;
  if (ts.isPropertyAccessExpression(node)) return node.name.text;
  if (ts.isElementAccessExpression(node)) return nameOf(node.expression);
  if (ts.isBinaryExpression(node)) return nameOf(ts.isLiteralExpression(node.left) ? node.right : node.left);
  if (ts.isCallExpression(node)) {
    const { expression: callee, arguments: given } = node;
    const [first] = given;
    if (
      first &&
      given.length === 1 &&
      (ts.isIdentifier(first) || /^String$|^redact|[.]prettifyError$/.test(callee.getText()))
    ) {
      return nameOf(first);
    }
    if (!ts.isPropertyAccessExpression(callee)) return withoutVerb(nameOf(callee));
    return REWORDS.test(callee.name.text) ? nameOf(callee.expression) : withoutVerb(callee.name.text);
  }
  return 'value';
}

/** `describeHolder` gives a holder. */
function withoutVerb(name: string): string {
  return name.replace(/^[a-z]+([A-Z])/, (_, capital: string) => capital.toLowerCase());
}
