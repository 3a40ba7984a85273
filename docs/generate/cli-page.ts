import type { Command } from 'commander';
import { exitsOfVerbs, exitTable } from '../../src/cli/exit.ts';
import { makeProgram } from '../../src/cli/program.ts';
import { callerEnvironment } from '../../src/config/caller.ts';
import { code, escaped, markdownTable } from './markdown.ts';

const intro = `# The command

\`covey\` asks a peer of the cluster; on a node its own, if nothing else is said. \`covey VERB --help\` says what stands here.
[operations.md](operations.md) explains when to use what.

\`\`\`
covey [options] VERB …
\`\`\`
`;

const streams = `## Output

Results go to standard output, errors to standard error: \`covey: MESSAGE\`, and on a line of its own what to do
([errors.md](errors.md) has them all). Ctrl-C cancels what runs, and the peer undoes what had begun.

The progress of an operation is a line for each change of a step. On a terminal only what has ended gets a line that stays; what
runs is shown below, and how far the plan has come. \`TERM=dumb\`, or a pipe, gives all lines; \`NO_COLOR\` takes the colours away.

With \`--json\` the result is one JSON document on one line, by the names of [api.md](api.md) in camel case. Verbs that stream
their progress (deploy, destroy, move, drain, drill, snapshot, restore, clone, migrate, rollback) print one document a line as it comes,
with one of the fields of [Progress](api.md#progress) each; the last one is the result: \`{"outcome": …}\`, or \`{"plan": …}\`
with \`--plan\`. \`watch\` prints an [Occurrence](api.md#occurrence) a line. \`logs\` prints a [LogsEvent](api.md#logsevent) a line, the line of the log in it as text, \`event\` a
[FiredEvent](api.md#firedevent) a line, and with \`--list\` one document. \`exec\` prints what
the command writes as it comes, \`{"stdout": TEXT}\` or \`{"stderr": TEXT}\`, and last \`{"exitCode": N}\`. What is no message
of the API:

- \`maintenance\`: \`{app, maintenance}\`
- \`drain\`: \`{node, moves, replicas, services, moved, failed}\`: before anything is done, unless with \`--yes\`, and as the result
- \`drill\`: \`{app, sites, rate, phases, all, nodes, failures}\`: before anything is done, unless with \`--yes\`, and as the result.
  \`phases\` has of each \`{phase, master, slave, state, operationMs, sentBytes, requests, failed, retried, p99Ms, longestMs}\`,
  \`all\` the last five of these, \`failures\` the first ten as \`{atMs, phase, node, way, problem}\`
- \`version\`: \`{version, nodes}\`, and \`problem\` where no peer answers
- \`health\`: \`{peers}\`, a list of \`{peer, status}\`
- \`ca\`: \`{cert, key}\`, the files; \`ca bundle\`: \`{bundle}\`, the file; \`ca root\` is \`RootCertificateReply\`
- \`completion\`: \`{shell, script}\`
- \`check\`: \`{dir, name, project, problems, warnings, release, caddyfiles, serviceJson, checks}\`, as far as there is something to say

An error is \`{"error": {"code", "message", "hint"}}\` on standard error, the hint only where there is one; the code is one of
those below, or \`usage\` where the command line is wrong. The exit status is the same with and without \`--json\`.
`;

/** docs/cli.md: what the help of each verb says, and the tables that hold for all of them. */
export function cliPage(): string {
  const program = makeProgram();
  const visible = program.createHelp().visibleCommands(program);
  const own = visible.filter((verb) => program.commands.includes(verb));
  const all = own.flatMap((verb) => (verb.commands.length > 0 ? verb.commands : [verb]));
  const names = all.map(
    (verb) => `- [${nameOf(verb)}](#${anchorOf(verb)}): ${escaped(verb.description())}\n`,
  );
  return [
    intro,
    `## Verbs\n\n${names.join('')}`,
    `## Options of all verbs\n\nThey may stand before or behind the verb.\n\n${optionsOf(program)}`,
    `## Environment\n\n${environment()}`,
    streams,
    `## Exit status\n\n${exitStatuses()}`,
    ...all.map(sectionOf),
  ].join('\n');
}

function sectionOf(verb: Command): string {
  const help = verb.createHelp();
  const { text, examples } = furtherHelp(verb);
  const described = verb.registeredArguments.map((argument) => [
    code(argument.name()),
    escaped(help.argumentDescription(argument)),
  ]);
  const exits = exitsOfVerbs[verb.name()] ?? [];
  return [
    `## ${nameOf(verb)}\n`,
    `${sentence(escaped(verb.description()))}\n`,
    fenced(help.commandUsage(verb)),
    ...(described.length === 0 ? [] : [markdownTable(['Argument', 'Meaning'], described)]),
    ...(verb.options.length === 0 ? [] : [optionsOf(verb)]),
    ...(text === '' ? [] : [`${text}\n`]),
    fenced(examples),
    ...(exits.length === 0 ? [] : [`Exit status besides those of errors: ${exitsText(exits)}.\n`]),
  ].join('\n');
}

/** What the help says behind options and commands: free text, and the examples. */
function furtherHelp(verb: Command): { text: string; examples: string } {
  let all = '';
  verb.configureOutput({ writeOut: (part) => (all += part) }).outputHelp();
  const after = all.slice(verb.helpInformation().length);
  const [, text = '', examples = ''] =
    /^(.*?)\n?Examples?:\n(.*?)(?:\nExit status:.*)?$/s.exec(after.trimStart()) ?? [];
  return { text: text.trim(), examples: examples.replace(/^ {2}/gm, '').trim() };
}

function optionsOf(command: Command): string {
  const help = command.createHelp();
  const options = help.visibleOptions(command).filter(({ long }) => long !== '--help');
  const rows = options.map((option) => [
    code(option.flags.replaceAll('|', '\\|')),
    `${option.mandatory ? 'required: ' : ''}${escaped(help.optionDescription(option))}`,
  ]);
  return markdownTable(['Option', 'Meaning'], rows);
}

function environment(): string {
  const rows = Object.entries(callerEnvironment).map(([name, { fallback, meaning }]) => [
    code(name),
    code(fallback),
    escaped(meaning),
  ]);
  return markdownTable(['Variable', 'Without it', 'Meaning'], rows);
}

function exitStatuses(): string {
  const rows = exitTable.map(({ status, code: name, meaning }) => [
    String(status),
    name === undefined ? '' : `[${name}](errors.md#${name})`,
    escaped(meaning),
  ]);
  return markdownTable(['Status', 'Code of the error', 'Meaning'], rows);
}

const exitsText = (exits: (typeof exitsOfVerbs)[string]): string =>
  exits.map(({ status, meaning }) => `${status} ${escaped(meaning)}`).join(', ');

const nameOf = (verb: Command): string =>
  verb.parent?.parent ? `${nameOf(verb.parent)} ${verb.name()}` : verb.name();

const anchorOf = (verb: Command): string => nameOf(verb).replaceAll(' ', '-');

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;

const fenced = (text: string): string => `\`\`\`\n${text}\n\`\`\`\n`;
