import type { Argument, Command, Option } from 'commander';

/** One word that may stand where the cursor is. */
export interface Candidate {
  readonly value: string;
  readonly description: string;
}

/** What else may: names that a peer knows, or paths that the shell knows. */
export type Kind = 'apps' | 'nodes' | 'files' | 'folders';

/** All that may stand where the cursor is. */
interface Wanted {
  readonly words: readonly Candidate[];
  readonly kind: Kind | undefined;
  /** What is typed of the word already; of `--master=no` it is `no`. */
  readonly typed: string;
  /** What goes before each candidate: of `--master=no` it is `--master=`. */
  readonly prefix: string;
}

/** By the name of an argument, or of an option's value, as the help shows it. */
const kinds: Readonly<Record<string, Kind>> = {
  app: 'apps',
  source: 'apps',
  target: 'apps',
  node: 'nodes',
  file: 'files',
  dir: 'folders',
};

/** What may stand at the cursor, by the words before it and what is typed of the one that it is in. */
export function wanted(program: Command, before: readonly string[], current: string): Wanted {
  const { command, position, open } = walk(program, before);
  if (open) return { ...valuesOf(open), typed: current, prefix: '' };
  const [, flag, value] = /^(--[^=]+)=(.*)$/.exec(current) ?? [];
  if (flag !== undefined && value !== undefined) {
    const option = optionsOf(command).find(({ long }) => long === flag);
    const { words, kind } = option && takesValue(option) ? valuesOf(option) : nothing;
    // Paths are the shell's business, and shells do not agree on what they complete behind a "=".
    const names = kind === 'files' || kind === 'folders' ? undefined : kind;
    return { words, kind: names, typed: value, prefix: `${flag}=` };
  }
  const rest = { typed: current, prefix: '' };
  if (current.startsWith('-')) return { words: optionsOf(command).map(ofOption), kind: undefined, ...rest };
  if (command.commands.length > 0) return { words: subcommandsOf(command), kind: undefined, ...rest };
  const argument = command.registeredArguments[position];
  return { ...(argument ? valuesOf(argument) : nothing), ...rest };
}

const nothing = { words: [], kind: undefined };

/** Where the words lead: the verb, how many arguments it has, and the option that still lacks its value. */
function walk(
  program: Command,
  before: readonly string[],
): { command: Command; position: number; open: Option | undefined } {
  let command = program;
  let position = 0;
  let open: Option | undefined;
  for (const word of before) {
    if (open) {
      open = undefined;
    } else if (word.startsWith('-')) {
      const option = optionsOf(command).find(({ long, short }) => long === word || short === word);
      if (option && takesValue(option)) open = option;
    } else {
      const below = command.commands.find((each) => each.name() === word);
      if (below) command = below;
      else position++;
    }
  }
  return { command, position, open };
}

const takesValue = ({ required, optional }: Option): boolean => required || optional;

/** Those of the verb, and those that all verbs have. */
function optionsOf(command: Command): Option[] {
  const own = command.createHelp().visibleOptions(command);
  const above = command.parent ? optionsOf(command.parent) : [];
  return [...own, ...above.filter(({ long }) => own.every((option) => option.long !== long))];
}

const ofOption = ({ long, short, description }: Option): Candidate => ({
  value: long ?? short ?? '',
  description,
});

function subcommandsOf(command: Command): Candidate[] {
  const visible = command.createHelp().visibleCommands(command);
  return visible.map((each) => ({ value: each.name(), description: each.description() }));
}

function valuesOf(place: Option | Argument): { words: readonly Candidate[]; kind: Kind | undefined } {
  const name = 'flags' in place ? (/[<[]([^>\]]+)[>\]]/.exec(place.flags)?.[1] ?? '') : place.name();
  const words = (place.argChoices ?? []).map((value) => ({ value, description: '' }));
  return { words, kind: kinds[name] };
}
