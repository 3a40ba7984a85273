import { relative } from 'node:path';
import ts from 'typescript';
import { nodesOf, type Program, root } from './program.ts';
import { type Bindings, bare, constant, says, textsOf } from './text.ts';

/** One way in which the code makes an error. */
export interface Site {
  /** Below src, without a line: that would change with each edit. */
  readonly file: string;
  /** The code, or undefined where it is that of the cause. */
  readonly code: string | undefined;
  /** With `<name>` for what is filled in. */
  readonly message: string;
  /** For a message that comes from elsewhere as a whole: the comment at its place. */
  readonly about: string | undefined;
  readonly hint: string | undefined;
}

/** Every `new CoveyError(…)`; one in a helper that gets its text by a parameter counts once for each of its calls. */
export function sitesOf(program: Program): Site[] {
  return program.files.flatMap((file) =>
    nodesOf(file, ts.isNewExpression)
      .filter(({ expression }) => expression.getText() === 'CoveyError')
      .flatMap((made) => expand(made, made, new Map(), program)),
  );
}

/** `place` is where the text is written: `made` itself, or a call of the helper around it. */
function expand(made: ts.NewExpression, place: ts.Expression, bindings: Bindings, program: Program): Site[] {
  const [code, message, options] = made.arguments ?? [];
  if (!code || !message) throw new Error(`CoveyError without a message in ${made.getSourceFile().fileName}`);
  const helper = helperOf(place, message, bindings, program);
  if (helper) {
    return helper.calls.flatMap((call) => {
      const given = helper.parameters.map((parameter, at) => [parameter, call.arguments[at]] as const);
      return expand(made, call, new Map([...bindings, ...given]), program);
    });
  }
  const codes = textsOf(code, bindings, program).map((text) => (text.startsWith('<') ? undefined : text));
  const hint = hintOf(options, bindings, program);
  return codes.flatMap((each) =>
    textsOf(message, bindings, program).map((text) => ({
      file: relative(`${root}src`, place.getSourceFile().fileName),
      code: each,
      message: oneLine(text),
      about: says(text) ? undefined : commentAt(place),
      hint,
    })),
  );
}

/** The function around a place, if the end of the message comes as text by one of its parameters. */
function helperOf(
  place: ts.Node,
  message: ts.Expression,
  bindings: Bindings,
  program: Program,
): { parameters: readonly ts.ParameterDeclaration[]; calls: readonly ts.CallExpression[] } | undefined {
  const around = ts.findAncestor(place, ts.isFunctionLike);
  const used = endOf(message, bindings, program);
  const isHelper = around?.parameters.some(
    (parameter) => used.has(parameter) && !bindings.has(parameter) && isGivenText(parameter, program),
  );
  return around && isHelper ? { parameters: around.parameters, calls: callsOf(around, program) } : undefined;
}

/** Whether some call gives a parameter its text, or hands on a parameter of its own that is given it. */
function isGivenText(parameter: ts.ParameterDeclaration, program: Program): boolean {
  const { parent } = parameter;
  return callsOf(parent, program).some(({ arguments: given }) => {
    const argument = given[parent.parameters.indexOf(parameter)];
    if (!argument) return false;
    if (textsOf(argument, new Map(), program).some(says)) return true;
    const handed = ts.isIdentifier(argument) ? program.declarationOf(argument) : undefined;
    return (
      handed !== undefined && ts.isParameter(handed) && handed !== parameter && isGivenText(handed, program)
    );
  });
}

/** The calls of a function by its name, or by that of the variable that holds it. */
function callsOf(declared: ts.SignatureDeclaration, program: Program): readonly ts.CallExpression[] {
  return program.callsOf(ts.isVariableDeclaration(declared.parent) ? declared.parent : declared);
}

/** The declarations whose values the message ends with; it says there what is wrong. */
function endOf(message: ts.Expression, bindings: Bindings, program: Program): Set<ts.Declaration> {
  const parts = new Set<ts.Declaration>();
  const visit = (expression: ts.Expression): void => {
    const node = bare(expression);
    if (ts.isTemplateExpression(node)) {
      const spans = node.templateSpans;
      if (/\p{L}/u.test(spans.at(-1)?.literal.text ?? '')) return;
      // What stands right before the end may be the end, where that is empty.
      const from = spans.findLastIndex(({ literal }, at) => literal.text !== '' && at < spans.length - 1) + 1;
      for (const { expression: part } of spans.slice(from)) visit(part);
    }
    if (!ts.isIdentifier(node)) return;
    const declaration = program.declarationOf(node);
    if (!declaration || parts.has(declaration)) return;
    parts.add(declaration);
    const value = bindings.get(declaration) ?? constant(declaration);
    if (value) visit(value);
  };
  visit(message);
  return parts;
}

/** The hint among the options of an error. */
function hintOf(
  options: ts.Expression | undefined,
  bindings: Bindings,
  program: Program,
): string | undefined {
  if (!options) return undefined;
  const node = bare(options);
  if (ts.isIdentifier(node)) {
    const declaration = program.declarationOf(node);
    return hintOf(declaration && constant(declaration), bindings, program);
  }
  if (ts.isConditionalExpression(node)) {
    return hintOf(node.whenTrue, bindings, program) ?? hintOf(node.whenFalse, bindings, program);
  }
  if (!ts.isObjectLiteralExpression(node)) return undefined;
  const property = node.properties.find((each) => each.name?.getText() === 'hint');
  if (!property) return undefined;
  const value = ts.isPropertyAssignment(property) ? property.initializer : property.name;
  if (!value || !ts.isExpression(value)) return undefined;
  const texts = textsOf(value, bindings, program).filter(says).map(oneLine);
  return texts.length === 0 ? undefined : texts.join(' Or: ');
}

/** The line comments above a place, inside its function: they say where a message comes from that is not written here. */
function commentAt(place: ts.Node): string {
  const { text, fileName } = place.getSourceFile();
  for (let node = place; !ts.isFunctionLike(node); node = node.parent) {
    const comments = (ts.getLeadingCommentRanges(text, node.getFullStart()) ?? []).map(({ pos, end }) =>
      text.slice(pos, end).replace(/^[/][/]/, ''),
    );
    if (comments.length > 0) return oneLine(comments.join('\n'));
  }
  throw new Error(`${fileName}: put a comment above "${place.getText()}", which says what its message is`);
}

const oneLine = (text: string): string => text.replace(/\s*\n\s*/g, ' ').trim();
