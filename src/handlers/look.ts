import { projectOf } from '../app/identity.ts';
import { type Survey, survey } from '../plan/results.ts';
import type { Action } from '../plan/steps.ts';
import type { Operation } from './operation.ts';

/** What a node holds of an app: which of `volumes` are live, and whether it runs; of each its newest replica, and whether its sites are answered there, if asked for. */
export async function lookAt(
  node: string,
  {
    operation,
    name,
    volumes,
    title = 'look what runs',
    replicas = false,
    answers = false,
  }: {
    operation: Pick<Operation, 'prepare'>;
    name: string;
    volumes: readonly string[];
    title?: string;
    replicas?: boolean;
    answers?: boolean;
  },
): Promise<Survey> {
  const about = { name, project: projectOf(name), volumes: [...volumes] };
  const action: Action = { kind: 'survey', ...about, replicas, answers };
  return survey.parse(await operation.prepare(node, title, action));
}
