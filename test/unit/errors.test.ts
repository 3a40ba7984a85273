import { describe, expect, it } from 'vitest';
import { asCoveyError, CoveyError, type ErrorCode } from '../../src/errors.ts';

describe('what was thrown', () => {
  it.each<[string, unknown, ErrorCode, string]>([
    ['a passed deadline', AbortSignal.timeout(0), 'timeout', 'The operation was aborted due to timeout'],
    ['what was given up', AbortSignal.abort(), 'cancelled', 'This operation was aborted'],
    ['an error of a library', new TypeError('x is not a function'), 'internal', 'x is not a function'],
    ['no error at all', 'just text', 'internal', 'just text'],
  ])('becomes ours: %s', async (_, from, code, message) => {
    if (from instanceof AbortSignal && !from.aborted)
      await new Promise((resolve) => from.addEventListener('abort', resolve));
    const thrown = from instanceof AbortSignal ? from.reason : from;
    expect(asCoveyError(thrown)).toMatchObject({ code, message });
  });

  it('stays what it is if it is ours', () => {
    const error = new CoveyError('locked', 'somebody has it');
    expect(asCoveyError(error)).toBe(error);
  });
});
