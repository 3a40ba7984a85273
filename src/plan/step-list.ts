import { checksOf } from '../app/checks.ts';
import type { AppRecord } from '../app/record.ts';
import type { Action, Step } from './steps.ts';

export type Steps = ReturnType<typeof newSteps>;

/** Steps in order; what comes after the commit is marked so. */
export function newSteps(coordinator: string) {
  const list: Step[] = [];
  let committed = false;
  /** Adds a step and gives its id; `which` tells two of a kind on one node apart, `app` is another one whose data it takes. */
  const add = (node: string, title: string, action: Action, which?: string, app?: string): string => {
    const id = `${action.kind}${which ? `-${which}` : ''}@${node}`;
    if (list.some((step) => step.id === id)) throw new Error(`The plan has two steps ${id}.`);
    list.push({ id, node, title, afterCommit: committed, action, ...(app ? { app } : {}) });
    return id;
  };
  /** From here on the operation is finished, not undone; the record stays as it is. */
  const seal = (title: string): void => {
    add(coordinator, title, { kind: 'commit' });
    committed = true;
  };
  const acknowledge = (): void => {
    add(coordinator, 'wait until every node serves it', { kind: 'acknowledge' });
  };
  return {
    list,
    add,
    /** The record changes. */
    commit: (title: string) => {
      seal(title);
      acknowledge();
    },
    seal,
    acknowledge,
  };
}

/** Registers what the record `now` wants, in the place of what `before` wanted; undefined: nothing. */
export function registerAction(
  name: string,
  now: AppRecord | undefined,
  before: AppRecord | undefined,
): Action {
  const wanted = now && checksOf(now);
  const was = before && checksOf(before);
  return {
    kind: 'register',
    name,
    urls: wanted?.urls ?? null,
    definition: wanted?.definition ?? '',
    before: was?.urls ?? null,
    definitionBefore: was?.definition ?? '',
  };
}
