import { furtherNodes } from '../app/balanced.ts';
import type { AppRecord } from '../app/record.ts';
import { asCoveyError } from '../errors.ts';
import type { Survey } from '../plan/results.ts';
import { lookAt } from './look.ts';
import type { Operation } from './operation.ts';

/**
 * What the nodes besides its old master hold of an app that runs on several, or is to. One that is not alive, or does not answer, is
 * left out: nothing waits for it, and it follows by itself.
 */
export async function lookAtFurther(about: {
  operation: Pick<Operation, 'prepare' | 'signal'>;
  name: string;
  old: AppRecord | undefined;
  record: AppRecord;
  volumes: readonly string[];
  live: readonly string[];
}): Promise<Record<string, Survey>> {
  const { operation, name, old, record, volumes, live } = about;
  const nodes = new Set([...furtherNodes(record), ...(old ? furtherNodes(old) : [])]);
  const found: Record<string, Survey> = {};
  for (const node of nodes) {
    if (!live.includes(node)) continue;
    try {
      found[node] = await lookAt(node, { operation, name, volumes, answers: true });
    } catch (thrown) {
      operation.signal.throwIfAborted();
      if (asCoveyError(thrown).code !== 'unavailable') throw thrown;
    }
  }
  return found;
}
