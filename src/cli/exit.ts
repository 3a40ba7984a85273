import type { ErrorCode } from '../errors.ts';

/** Exit status of a command that could not be understood. */
export const usage = 64;

/** Exit status of verbs that look, when something is wrong; of `covey render --diff` for a difference. */
export const problems = 1;

/** Exit status of `covey check` when it could not check. */
export const unchecked = 2;

/** Exit status for every kind of error; sysexits.h where it has a fitting one. */
export const exitCodes: Record<ErrorCode, number> = {
  failed: 2,
  invalid: 65,
  'not-found': 66,
  unavailable: 69,
  internal: 70,
  refused: 72,
  conflict: 73,
  locked: 75,
  denied: 77,
  timeout: 124,
  cancelled: 130,
};

const meanings: Record<ErrorCode, string> = {
  failed: 'a step failed and was undone; covey check: it could not check',
  invalid: 'the request, a file or a record is malformed',
  'not-found': 'no such app, file or certificate',
  unavailable: 'a peer, Consul, Docker, git or a proxy does not answer',
  internal: 'a defect of covey',
  refused: 'the state of the cluster does not allow it',
  conflict: 'it belongs to another app, or exists already',
  locked: 'somebody else holds the lock of the app',
  denied: 'the certificate does not allow it',
  timeout: 'no answer in time',
  cancelled: 'interrupted',
};

/** One exit status: what it means and, of an error, its code. */
interface ExitStatus {
  readonly status: number;
  readonly code?: ErrorCode;
  readonly meaning: string;
}

/** All of them, by number. */
export const exitTable: readonly ExitStatus[] = [
  { status: 0, meaning: 'done' },
  {
    status: problems,
    meaning: 'done, and what was looked at is not well; covey render --diff: there is a difference',
  },
  { status: usage, meaning: 'the command line is wrong' },
  ...(Object.keys(meanings) as ErrorCode[]).map((code) => ({
    status: exitCodes[code],
    code,
    meaning: meanings[code],
  })),
].toSorted((a, b) => a.status - b.status);

/** What a verb tells by its exit status apart from errors, by the verb's name; 0 where it is more than "done". */
export const exitsOfVerbs: Readonly<Record<string, readonly ExitStatus[]>> = {
  app: [{ status: problems, meaning: 'something of it is wrong, or not known' }],
  check: [
    { status: 0, meaning: 'it is fine' },
    { status: problems, meaning: 'there are problems' },
    { status: unchecked, meaning: 'it could not be checked' },
  ],
  doctor: [{ status: problems, meaning: 'something is an error; warnings alone are 0' }],
  drain: [{ status: problems, meaning: 'an app is still on the node, or it is not known' }],
  drill: [{ status: problems, meaning: 'a request failed; 0: none did' }],
  event: [{ status: 0, meaning: 'fired; with --wait, done' }],
  history: [{ status: problems, meaning: 'a history cannot be read' }],
  exec: [
    { status: 0, meaning: "the command ended well; else the command's own" },
    { status: 126, meaning: 'the command could not be run' },
    { status: 127, meaning: 'the same, where Docker tells that there is no such program' },
  ],
  logs: [{ status: exitCodes.cancelled, meaning: 'Ctrl-C, with --follow without a message' }],
  releases: [{ status: problems, meaning: "the app's master did not answer" }],
  render: [{ status: problems, meaning: 'with --diff, there is a difference' }],
  snapshots: [{ status: problems, meaning: 'a node did not answer' }],
  status: [{ status: problems, meaning: 'there are problems' }],
  watch: [{ status: exitCodes.cancelled, meaning: 'Ctrl-C, without a message' }],
};

/** The table for `covey --help`, or what is special to a verb. */
export function exitHelp(statuses: readonly ExitStatus[] = exitTable): string {
  const lines = statuses.map(({ status, code, meaning }) => {
    const name = code === undefined ? '' : ` (${code})`;
    return `  ${String(status).padStart(3)}  ${meaning}${name}`;
  });
  return ['Exit status:', ...lines].join('\n');
}
