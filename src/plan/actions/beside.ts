import { hasUpstreamName, upstreamName } from '../../app/stand-ins.ts';
import type { StandIns } from '../../proxy/stand-ins.ts';
import type { Action } from '../steps.ts';
import { type ActionDeps, lines, type Performed } from './action.ts';
import { caddySilent } from './balance.ts';
import { untilQuiet } from './drain.ts';
import { settleNames } from './names.ts';

/** Starts the containers of a release while those of the one before run on. */
export function beside({ compose, engine }: ActionDeps): Performed<'beside'> {
  return {
    run: async ({ folder, project, old, scale }, { signal, report }) => {
      const isNameless = (each: { id: string }) => isNew(old)(each) && !hasUpstreamName(each.id);
      do {
        await removeThose(engine, project, isNameless, signal);
        await compose.upBeside(folder, project, { signal, onLine: lines(report), scale });
      } while ((await engine.containers({ project, signal })).some(isNameless));
    },
    undo: async ({ project, old }, _result, { signal }) => removeThose(engine, project, isNew(old), signal),
  };
}

/** Has Caddy send to the new containers, from the next record of the app on. */
export function standIn(deps: ActionDeps): Performed<'stand-in'> {
  return {
    run: async (action, { signal }) => standInFor(deps, action, signal),
    undo: async ({ name }, _result, { signal }) => told(deps, name, undefined, signal),
  };
}

/** Ends the containers of the release before, once they have answered what they were asked. */
export function retire(deps: ActionDeps): Performed<'retire'> {
  const { engine } = deps;
  return {
    run: async (action, options) => {
      const { name, project, old } = action;
      const { signal } = options;
      await standInFor(deps, action, signal);
      await untilQuiet(deps, { project, only: old }, options);
      await removeThose(engine, project, ({ id }) => old.includes(id), signal);
      await settleNames(engine, project, signal);
      await told(deps, name, undefined, signal);
    },
  };
}

type Replacing = Pick<Extract<Action, { kind: 'stand-in' }>, 'name' | 'project' | 'old' | 'ct' | 'index'>;

async function standInFor(deps: ActionDeps, replacing: Replacing, signal: AbortSignal): Promise<void> {
  const { name, project, old, ct, index } = replacing;
  const containers = (await deps.engine.containers({ project, signal })).filter(isNew(old));
  const names = Object.entries(ct).flatMap(([service, container]) => {
    const found = containers.find((each) => each.service === service);
    return found === undefined ? [] : [[container, upstreamName(found.id)] as const];
  });
  await told(deps, name, { names: Object.fromEntries(names), after: index }, signal);
}

/** A Caddy that does not answer would be tried without an end. */
async function told(
  { standIn: tell, health }: ActionDeps,
  app: string,
  standIns: StandIns | undefined,
  signal: AbortSignal,
): Promise<void> {
  const bound = AbortSignal.timeout(health.timeout);
  try {
    await tell(app, standIns, AbortSignal.any([signal, bound]));
  } catch (thrown) {
    signal.throwIfAborted();
    if (bound.aborted) throw caddySilent(app, health.timeout, thrown);
    throw thrown;
  }
}

const isNew =
  (old: readonly string[]) =>
  ({ id }: { id: string }): boolean =>
    !old.includes(id);

async function removeThose(
  engine: ActionDeps['engine'],
  project: string,
  isMeant: (container: { id: string }) => boolean,
  signal: AbortSignal,
): Promise<void> {
  for (const { id } of (await engine.containers({ project, signal })).filter(isMeant)) {
    await engine.stopContainer(id, { signal });
    await engine.removeContainer(id, { signal });
  }
}
