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

/** The table for `covey --help`. */
export function exitHelp(): string {
  const rows = Object.entries(meanings).map(
    ([code, meaning]) => [exitCodes[code as ErrorCode], `${meaning} (${code})`] as const,
  );
  const all = [
    [0, 'done'] as const,
    [
      problems,
      'done, and what was looked at is not well; covey render --diff: there is a difference',
    ] as const,
    [usage, 'the command line is wrong'] as const,
    ...rows,
  ];
  const lines = all
    .toSorted(([a], [b]) => a - b)
    .map(([code, meaning]) => `  ${String(code).padStart(3)}  ${meaning}`);
  return ['Exit status:', ...lines].join('\n');
}
