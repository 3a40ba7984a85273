import { CoveyError } from '../errors.ts';
import type { Existing } from '../plan/deploy-input.ts';

/**
 * The commit that a deploy has to take; empty: the newest of the branch.
 * @throws CoveyError `not-found` and `refused` where the commit that runs is asked for, and nobody knows it
 */
export function commitOf(
  app: string,
  existing: Existing | undefined,
  { sameCommit }: { sameCommit: boolean },
): string {
  if (!sameCommit) return '';
  if (existing === undefined) {
    throw new CoveyError('not-found', `There is no app ${app}, so there is no commit to keep.`, {
      hint: 'Deploy it without --same-commit.',
    });
  }
  if (existing.record.commit !== undefined) return existing.record.commit;
  throw new CoveyError('refused', `The record of ${app} does not say which commit runs.`, {
    hint: 'Another program wrote it. Deploy it without --same-commit: from then on the commit is known.',
  });
}
