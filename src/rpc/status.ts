import { Metadata, type ServiceError, type StatusObject, status } from '@grpc/grpc-js';
import { asCoveyError, CoveyError, type ErrorCode } from '../errors.ts';
import { redactText } from '../logger.ts';

/** What a gRPC client sees of each code. */
export const statuses: Record<ErrorCode, status> = {
  invalid: status.INVALID_ARGUMENT,
  'not-found': status.NOT_FOUND,
  conflict: status.ALREADY_EXISTS,
  locked: status.ABORTED,
  refused: status.FAILED_PRECONDITION,
  denied: status.PERMISSION_DENIED,
  unavailable: status.UNAVAILABLE,
  timeout: status.DEADLINE_EXCEEDED,
  cancelled: status.CANCELLED,
  failed: status.INTERNAL,
  internal: status.INTERNAL,
};

// For statuses that did not come from covey: the transport's own, or another server's.
const codes: Partial<Record<status, ErrorCode>> = {
  [status.INVALID_ARGUMENT]: 'invalid',
  [status.NOT_FOUND]: 'not-found',
  [status.ALREADY_EXISTS]: 'conflict',
  [status.ABORTED]: 'locked',
  [status.FAILED_PRECONDITION]: 'refused',
  [status.PERMISSION_DENIED]: 'denied',
  [status.UNAUTHENTICATED]: 'denied',
  [status.UNAVAILABLE]: 'unavailable',
  [status.DEADLINE_EXCEEDED]: 'timeout',
  [status.CANCELLED]: 'cancelled',
  [status.UNIMPLEMENTED]: 'failed',
};

/** The name of a code's status, as gRPC's documentation writes it. */
export const statusName = (code: ErrorCode): string => status[statuses[code]];

const codeKey = 'covey-code';
const hintKey = 'covey-hint';
// Trailers share one HTTP/2 header block of 64 KiB; a character may take 9 bytes when escaped.
const maxDetails = 4000;
const maxHint = 1000;

/** Any thrown thing as the gRPC status that the caller gets: the one place where errors become statuses. */
export function toStatus(thrown: unknown): StatusObject {
  const error = asCoveyError(thrown);
  const metadata = new Metadata();
  metadata.set(codeKey, error.code);
  if (error.hint !== undefined) metadata.set(hintKey, escapeHeader(presentable(error.hint, maxHint)));
  return { code: statuses[error.code], details: presentable(error.message, maxDetails), metadata };
}

/** The way back: what a call to a peer threw, as a CoveyError. `where` names the peer for errors of the transport. */
export function fromServiceError(thrown: unknown, where: string): CoveyError {
  if (!isServiceError(thrown)) return asCoveyError(thrown);
  const [code] = thrown.metadata.get(codeKey);
  const [hint] = thrown.metadata.get(hintKey);
  if (isErrorCode(code)) {
    const options =
      typeof hint === 'string' ? { cause: thrown, hint: unescapeHeader(hint) } : { cause: thrown };
    // The error of the other peer, in its own words.
    return new CoveyError(code, thrown.details, options);
  }
  const fallback = codes[thrown.code] ?? 'internal';
  const options =
    thrown.code === status.UNIMPLEMENTED
      ? { cause: thrown, hint: 'It may run another version of covey.' }
      : { cause: thrown };
  // What the connection to a peer ended with, or a server that is not covey's.
  return new CoveyError(fallback, `${where}: ${transportReason(thrown.details)}`, options);
}

/** True for a call whose channel was closed while it waited for a connection; grpc-js has these words for it alone. */
export function isNeverStarted(thrown: unknown): boolean {
  return isServiceError(thrown) && thrown.details === 'Channel closed before call started';
}

/** The reason in the words of the system, without those of grpc-js around it. */
function transportReason(details: string): string {
  return details
    .replace(/^No connection established\. Last error: (?:Error: )?/, "can't connect: ")
    .replace(/\s*Resolution note: .*$/s, '');
}

/** True for the status of a call, whose fields are not those of a plain Error. */
function isServiceError(thrown: unknown): thrown is ServiceError {
  return thrown instanceof Error && 'details' in thrown && 'metadata' in thrown && 'code' in thrown;
}

function isErrorCode(value: unknown): value is ErrorCode {
  return typeof value === 'string' && Object.hasOwn(statuses, value);
}

/** Free of secrets, short enough for a header, and encodable (a lone surrogate makes `encodeURI` throw). */
function presentable(text: string, limit: number): string {
  const clean = redactText(text);
  return (clean.length > limit ? `${clean.slice(0, limit)}…` : clean).toWellFormed();
}

/** Printable ASCII stays readable in other clients; the rest, and "%", is percent-encoded as in grpc-message. */
function escapeHeader(text: string): string {
  return text.replace(/[^ -$&-~]+|%/gu, (part) => (part === '%' ? '%25' : encodeURIComponent(part)));
}

function unescapeHeader(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // Not written by escapeHeader: show it as it came.
    return text;
  }
}
