import type { AppRecord } from '../app/record.ts';
import type { Action, Step } from './steps.ts';

export type Steps = ReturnType<typeof newSteps>;

/** Steps in order; what comes after the commit is marked so. */
export function newSteps(coordinator: string) {
  const list: Step[] = [];
  let committed = false;
  /** Adds a step and gives its id; `which` tells two of a kind on one node apart. */
  const add = (node: string, title: string, action: Action, which?: string): string => {
    const id = `${action.kind}${which ? `-${which}` : ''}@${node}`;
    if (list.some((step) => step.id === id)) throw new Error(`The plan has two steps ${id}.`);
    list.push({ id, node, title, afterCommit: committed, action });
    return id;
  };
  return {
    list,
    add,
    commit: (title: string) => {
      add(coordinator, title, { kind: 'commit' });
      committed = true;
      add(coordinator, 'wait until every node serves it', { kind: 'acknowledge' });
    },
  };
}

/** The site addresses of a record. */
export function urlsOf(record: AppRecord): string[] {
  return record.urls.split(',').filter((url) => url !== '');
}
