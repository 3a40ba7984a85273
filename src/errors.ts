/** What went wrong, as a closed set: `rpc/status.ts` maps every code to a gRPC status, `cli` to an exit code. */
export type ErrorCode =
  | 'invalid' // the request, a file or a record is malformed
  | 'not-found'
  | 'conflict' // clashes with another app, or with what is already there
  | 'locked' // somebody else holds the app's lock
  | 'refused' // the state of the cluster does not allow it (dead master, no quorum, cut off)
  | 'denied' // the caller's role does not allow it
  | 'unavailable' // a peer, Consul, Docker or a proxy does not answer
  | 'timeout'
  | 'cancelled'
  | 'failed' // an external command or a step failed
  | 'internal';

/** An error a person can act on: what happened, where, and what to do. */
export class CoveyError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | undefined;

  constructor(code: ErrorCode, message: string, options: { cause?: unknown; hint?: string } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'CoveyError';
    this.code = code;
    this.hint = options.hint;
  }
}

/** Any thrown thing as a CoveyError; what is not one already becomes `internal`, an abort `cancelled` or `timeout`. */
export function asCoveyError(thrown: unknown): CoveyError {
  if (thrown instanceof CoveyError) return thrown;
  if (thrown instanceof Error) {
    // What Node or a library says where a deadline passed.
    if (thrown.name === 'TimeoutError') return new CoveyError('timeout', thrown.message, { cause: thrown });
    // What Node or a library says where something was given up.
    if (thrown.name === 'AbortError') return new CoveyError('cancelled', thrown.message, { cause: thrown });
    // What Node or a library says, and covey did not expect.
    return new CoveyError('internal', thrown.message, { cause: thrown });
  }
  // Something was thrown that is no error.
  return new CoveyError('internal', String(thrown));
}
