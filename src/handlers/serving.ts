import { asCoveyError } from '../errors.ts';
import type { Deps } from './deps.ts';

/** A node that does not serve what it should, and why, in words that follow its name. */
export interface Unserved {
  node: string;
  why: string;
  /** It has not answered in time: nobody knows what it serves. */
  isSilent: boolean;
}

/** Asks nodes, all at once, whether they serve an app's generation; those that do not, in the order in which they were given. */
export async function unserved(
  { nodes: calls }: Pick<Deps, 'nodes'>,
  about: { app: string; generation: number; nodes: readonly string[] },
  signalOf: (node: string) => AbortSignal,
): Promise<Unserved[]> {
  const { app, generation, nodes } = about;
  const answers = await Promise.all(
    nodes.map(async (node): Promise<Unserved[]> => {
      try {
        const error = await calls.awaitGeneration(node, app, generation, signalOf(node));
        return error ? [{ node, why: `does not serve it: ${error}`, isSilent: false }] : [];
      } catch (thrown) {
        return [{ node, why: `has not acknowledged: ${asCoveyError(thrown).message}`, isSilent: true }];
      }
    }),
  );
  return answers.flat();
}
