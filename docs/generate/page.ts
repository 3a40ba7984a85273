import { status } from '@grpc/grpc-js';
import { exitCodes } from '../../src/cli/exit.ts';
import type { ErrorCode } from '../../src/errors.ts';
import { statuses } from '../../src/rpc/status.ts';
import { codes } from './codes.ts';
import { code, escaped, markdownTable } from './markdown.ts';
import type { Site } from './sites.ts';

const intro = `# Errors

Every error that covey can end with. Each has one of eleven codes, which says what kind of trouble it is; \`covey\` ends with
the code's exit status, and prints \`covey: MESSAGE\` and, on a line of its own, what to do. Other gRPC clients get the status, the
message, and code and hint in the metadata (\`covey-code\`, \`covey-hint\`). In the logs of peers it is the same message.

To find a message here, search for a part of it without names, numbers and paths: \`<name>\` stands for what is filled in.
They are in the order of their words, whatever is filled in before them.
Errors of a step come with the step and its node in front, and with "Everything is as it was." or what is not
([Errors](operations.md#errors)); those of an app's CADDYFILE or HAPROXY with more of the like in one message.
Below each message is what to do; where nothing is said, it is what the table says for its code. The file is the one of
\`src\` that it comes from.
`;

const withoutCode = `## With the code of their cause

What somebody else said, with a code that depends on it.
`;

/** One message, with all that it may come with. */
interface Entry {
  readonly message: string;
  readonly about: string | undefined;
  readonly hints: Set<string>;
  readonly files: Set<string>;
}

/** docs/errors.md. */
export function errorsPage(sites: readonly Site[]): string {
  const names = Object.keys(codes) as ErrorCode[];
  const sections = names.map((code) => {
    const { meaning } = codes[code];
    const head = `## ${code}\n\ngRPC ${status[statuses[code]]}, exit status ${exitCodes[code]}: ${meaning}.\n`;
    return `${head}\n${entries(sites.filter((site) => site.code === code))}`;
  });
  const others = `${withoutCode}\n${entries(sites.filter((site) => site.code === undefined))}`;
  return [intro, table(names), ...sections, others].join('\n');
}

function table(names: readonly ErrorCode[]): string {
  const rows = names.map((code) => {
    const { meaning, todo } = codes[code];
    return [`[\`${code}\`](#${code})`, status[statuses[code]], String(exitCodes[code]), meaning, todo];
  });
  const head = ['Code', 'gRPC status', 'Exit status', 'Meaning', 'What to do'];
  return markdownTable(head, rows);
}

function entries(sites: readonly Site[]): string {
  const byMessage = new Map<string, Entry>();
  for (const { message, about, hint, file } of sites) {
    // What comes from elsewhere as a whole is told apart by its comment.
    const key = about ?? message;
    const entry = byMessage.get(key) ?? {
      message,
      about,
      hints: new Set<string>(),
      files: new Set<string>(),
    };
    if (hint !== undefined) entry.hints.add(hint);
    entry.files.add(file);
    byMessage.set(key, entry);
  }
  const sorted = [...byMessage].map(([key, entry]) => ({ key: sortKey(key), entry }));
  return sorted
    .sort((a, b) => (a.key < b.key ? -1 : 1))
    .map(({ entry }) => itemOf(entry))
    .join('');
}

/** By its words, whatever is filled in before them. */
const sortKey = (text: string): string =>
  `${text
    .replace(/<\w+>|[^\p{L}\d<> ]/gu, '')
    .trim()
    .toLowerCase()} ${text}`;

function itemOf({ message, about, hints, files }: Entry): string {
  const advice = [...hints].map((hint) => `  ${escaped(hint)}\\\n`);
  const head = about === undefined ? code(message) : `${code(message)} ${about}`;
  return `- ${head}\\\n${advice.join('')}  _${[...files].sort().join(', ')}_\n`;
}
