import { createInterface } from 'node:readline/promises';
import { CoveyError } from '../errors.ts';
import type { Session } from './session.ts';

/** @throws CoveyError `invalid` where an answer is needed and nobody can give one */
export function assertAnswerable({ plan, yes }: { plan: boolean; yes: boolean }): void {
  if (plan || yes || process.stdin.isTTY) return;
  throw new CoveyError('invalid', 'Nobody is there to confirm: this is no terminal', {
    hint: 'Use --yes, or --plan to look first.',
  });
}

/** Asks on the terminal; anything but yes is no. */
export async function confirmed(question: string, { signal }: Session): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await terminal.question(`${question} [y/N] `, { signal });
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    terminal.close();
  }
}
