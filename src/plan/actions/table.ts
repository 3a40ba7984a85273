import { CoveyError } from '../../errors.ts';
import type { Action, ActionKind } from '../steps.ts';
import {
  type ActionDeps,
  type ActionOptions,
  type ActionTable,
  COORDINATOR_KINDS,
  type Performed,
} from './action.ts';
import { balance } from './balance.ts';
import { beside, retire, standIn } from './beside.ts';
import { certificates } from './certificates.ts';
import { start, stop, survey } from './containers.ts';
import { create } from './create.ts';
import { adopt, clear, send, snapshot } from './data.ts';
import { drain } from './drain.ts';
import { health } from './health.ts';
import { prune, retain } from './images.ts';
import { inspect } from './inspect.ts';
import { build, fetch, script } from './release.ts';
import { clone, keep, promote, restore } from './restore.ts';
import { check, register } from './routes.ts';
import { drop, expect } from './visiting.ts';

/** Does actions on this node. */
export interface NodeActions {
  run(action: Action, options: ActionOptions): Promise<unknown>;
  undo(action: Action, result: unknown, options: ActionOptions): Promise<void>;
}

export function createActions(deps: ActionDeps): NodeActions {
  const table: ActionTable = {
    fetch: fetch(deps),
    inspect: inspect(deps),
    survey: survey(deps),
    build: build(deps),
    check: check(deps),
    drain: drain(deps),
    balance: balance(deps),
    beside: beside(deps),
    'stand-in': standIn(deps),
    retire: retire(deps),
    certificates: certificates(deps),
    create: create(deps),
    stop: stop(deps),
    snapshot: snapshot(deps),
    keep: keep(deps),
    restore: restore(deps),
    promote: promote(deps),
    clone: clone(deps),
    send: send(deps),
    expect: expect(deps),
    drop: drop(deps),
    adopt: adopt(deps),
    script: script(deps),
    start: start(deps),
    health: health(deps),
    retain: retain(deps),
    prune: prune(deps),
    register: register(deps),
    clear: clear(deps),
  };
  const find = (kind: ActionKind): Performed<ActionKind> => {
    if (isCoordinators(kind)) {
      throw new CoveyError('internal', `${kind} is done by the coordinator, not by a node.`);
    }
    // The table's key and the action's kind are the same, which the types cannot follow through a lookup.
    return table[kind] as unknown as Performed<ActionKind>;
  };
  return {
    run: async (action, options) => find(action.kind).run(action, options),
    undo: async (action, result, options) => find(action.kind).undo?.(action, result, options),
  };
}

function isCoordinators(kind: ActionKind): kind is (typeof COORDINATOR_KINDS)[number] {
  return (COORDINATOR_KINDS as readonly ActionKind[]).includes(kind);
}
