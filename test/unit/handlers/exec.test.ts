import { expect, it } from 'vitest';
import type { ExecInput__Output } from '../../../src/generated/covey/v1/ExecInput.ts';
import { readStart } from '../../../src/handlers/exec-start.ts';

async function* of(...inputs: ExecInput__Output[]) {
  yield* inputs;
}

it.each([[[]], [[{ stdin: Buffer.from('ls') }]]])(
  'refuses %j, which does not say what to start',
  async (inputs) => {
    await expect(readStart(of(...inputs))).rejects.toMatchObject({
      code: 'invalid',
      message: 'The first message of an exec says what to start, and this one does not.',
    });
  },
);
