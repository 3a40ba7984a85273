import { projectOf } from '../app/identity.ts';
import { type Survey, survey } from '../plan/results.ts';
import type { Action } from '../plan/steps.ts';
import type { Operation } from './operation.ts';

/** What a node holds of an app: which of `volumes` are live, and whether it runs; of each its newest replica, if asked for. */
export async function lookAt(
  node: string,
  {
    operation,
    name,
    volumes,
    title = 'look what runs',
    replicas = false,
  }: {
    operation: Pick<Operation, 'prepare'>;
    name: string;
    volumes: readonly string[];
    title?: string;
    replicas?: boolean;
  },
): Promise<Survey> {
  const action: Action = { kind: 'survey', name, project: projectOf(name), volumes: [...volumes], replicas };
  return survey.parse(await operation.prepare(node, title, action));
}
