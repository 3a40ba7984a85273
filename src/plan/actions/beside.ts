import { upstreamName } from '../../app/stand-ins.ts';
import { type ActionDeps, lines, type Performed } from './action.ts';
import { untilQuiet } from './drain.ts';
import { settleNames } from './names.ts';

/** Starts the containers of a release while those of the one before run on. */
export function beside({ compose, engine }: ActionDeps): Performed<'beside'> {
  return {
    run: async ({ folder, project, scale }, { signal, report }) =>
      compose.upBeside(folder, project, { signal, onLine: lines(report), scale }),
    undo: async ({ project, old }, _result, { signal }) => removeThose(engine, project, isNew(old), signal),
  };
}

/** Has Caddy send to the new containers, from the next record of the app on. */
export function standIn({ engine, standIns }: ActionDeps): Performed<'stand-in'> {
  return {
    run: async ({ name, project, old, ct, index }, { signal }) => {
      const containers = (await engine.containers({ project, signal })).filter(isNew(old));
      const names = Object.entries(ct).flatMap(([service, container]) => {
        const found = containers.find((each) => each.service === service);
        return found === undefined ? [] : [[container, upstreamName(found.id)] as const];
      });
      standIns.set(name, { names: Object.fromEntries(names), after: index });
    },
    undo: async ({ name }) => standIns.set(name, undefined),
  };
}

/** Ends the containers of the release before, once they have answered what they were asked. */
export function retire(deps: ActionDeps): Performed<'retire'> {
  const { engine, standIns } = deps;
  return {
    run: async ({ name, project, old }, options) => {
      const { signal } = options;
      await untilQuiet(deps, { project, only: old }, options);
      await removeThose(engine, project, ({ id }) => old.includes(id), signal);
      await settleNames(engine, project, signal);
      standIns.set(name, undefined);
    },
  };
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
