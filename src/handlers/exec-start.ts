import { z } from 'zod';
import { CoveyError } from '../errors.ts';
import type { ExecInput, ExecInput__Output } from '../generated/covey/v1/ExecInput.ts';

// An argument may be anything but what no program can be given.
const argument = z.string().regex(/^[^\0]*$/u, 'has a NUL');
const size = z.object({
  rows: z.number().int().min(1).max(10_000),
  columns: z.number().int().min(1).max(10_000),
});

const startSchema = z.object({
  app: z.string().min(1),
  service: z.string(),
  container: z.string(),
  argv: z.tuple([argument.min(1, 'is empty')], argument),
  tty: z.boolean(),
  environment: z.array(argument.regex(/^[A-Za-z_][A-Za-z0-9_]*=/, 'is not NAME=value')),
  user: z.string().regex(/^[A-Za-z0-9._:-]*$/, 'is no user'),
  size: size.nullish(),
  node: z.string(),
});

/** What to run, and where. */
export type ExecStart = z.output<typeof startSchema>;

/**
 * The first message, which says what to run, and the ones after it.
 * @throws CoveyError `invalid`
 */
export async function readStart(
  inputs: AsyncIterable<ExecInput__Output>,
): Promise<{ start: ExecStart; first: ExecInput; rest: AsyncIterable<ExecInput__Output> }> {
  const iterator = inputs[Symbol.asyncIterator]();
  const { value: first, done } = await iterator.next();
  if (done || !first.start) {
    throw new CoveyError(
      'invalid',
      'The first message of an exec says what to start, and this one does not.',
    );
  }
  const { success, data, error } = startSchema.safeParse(first.start);
  if (success) return { start: data, first, rest: { [Symbol.asyncIterator]: () => iterator } };
  const problems = error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');
  throw new CoveyError('invalid', `What to run is not well said: ${problems}`);
}

/** @throws CoveyError `invalid` */
export function readSize(given: unknown): { rows: number; columns: number } {
  const { success, data } = size.safeParse(given);
  if (success) return data;
  throw new CoveyError('invalid', 'A terminal has from 1 to 10000 rows and columns.');
}
