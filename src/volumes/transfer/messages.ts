import { z } from 'zod';
import { CoveyError, type ErrorCode } from '../../errors.ts';
import { redactText } from '../../logger.ts';

/**
 * The conversation, S the sender, R the receiver:
 *   S hello   what I have, and from which states I could send an increment
 *   R answer  have it already | send it from this parent, or from none
 *   S (data)  the stream of `btrfs send`, unless R has it
 *   S end     all was sent, so many bytes
 *   R verdict landed whole under this name, and BTRFS says that it is that content
 *   S settled my side keeps it as the common parent: older ones may go
 * Either may say `error` at any time; it is then over.
 */
const uuid = z.string().regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
const snapshot = z.string().min(1).max(255);
const codes: Record<ErrorCode, true> = {
  invalid: true,
  'not-found': true,
  conflict: true,
  locked: true,
  refused: true,
  denied: true,
  unavailable: true,
  timeout: true,
  cancelled: true,
  failed: true,
  internal: true,
};

const hello = z.object({
  kind: z.literal('hello'),
  version: z.literal(1),
  /** The app that it comes for, and the fencing number of its lock; null: a replica by schedule. */
  app: z.string().min(1).max(255),
  fence: z.int().nonnegative().nullable(),
  /** Id of the operation that this transfer belongs to. */
  operation: z.string().min(1).max(255),
  volume: z.string().min(1).max(255),
  /** What is to be there afterwards: its name, and the identity of its content (see parents.ts). */
  snapshot,
  identity: uuid,
  /** It stays for one operation only: neither side pins it as what both have in common. */
  passing: z.boolean().optional(),
  /** What an increment may start from, best first. */
  parents: z.array(z.object({ name: snapshot, identity: uuid })).max(5_000),
});

const message = z.discriminatedUnion('kind', [
  hello,
  z.object({ kind: z.literal('answer'), have: z.boolean(), parent: snapshot.nullable() }),
  z.object({ kind: z.literal('end'), bytes: z.int().nonnegative() }),
  z.object({ kind: z.literal('verdict'), landed: snapshot, identity: uuid }),
  z.object({ kind: z.literal('settled') }),
  z.object({
    kind: z.literal('error'),
    code: z.enum(Object.keys(codes) as ErrorCode[]),
    message: z.string(),
    hint: z.string().optional(),
  }),
]);

export type Message = z.infer<typeof message>;
export type Hello = z.infer<typeof hello>;
type ErrorMessage = Extract<Message, { kind: 'error' }>;

const MAX_TEXT = 4_000;

/** Errors: `invalid` for what is no message of ours. */
export function readMessage(json: unknown): Message {
  const result = message.safeParse(json);
  if (result.success) return result.data;
  throw new CoveyError('invalid', `A message of a transfer is malformed: ${z.prettifyError(result.error)}`, {
    hint: 'The other peer may run another version of covey.',
  });
}

/** An error as it travels, free of secrets. */
export function errorMessage({ code, message: text, hint }: CoveyError): ErrorMessage {
  const shown = (value: string) => redactText(value).slice(0, MAX_TEXT);
  return {
    kind: 'error',
    code,
    message: shown(text),
    ...(hint === undefined ? {} : { hint: shown(hint) }),
  };
}

/** The other side's error as ours, saying whose it is. */
export function readError({ code, message: text, hint }: ErrorMessage, other: string): CoveyError {
  // The error of the peer at the other end of a transfer, in its own words.
  return new CoveyError(code, `${other}: ${text}`, hint === undefined ? {} : { hint });
}
