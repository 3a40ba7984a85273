import { basename, join } from 'node:path';
import { writeProjectEnv } from '../../docker/env-file.ts';
import { deploymentsOf, exists, placeDeployment, removeDeployment } from '../../docker/folder.ts';
import { boundLogs } from '../../docker/logging.ts';
import { runScript } from '../../docker/script.ts';
import { asCoveyError, CoveyError } from '../../errors.ts';
import type { Action } from '../steps.ts';
import { type ActionDeps, type ActionOptions, lines, type Performed, percents } from './action.ts';
import { nameImages, takeBack } from './containers.ts';

/** Puts a commit into its deploy folder, from git or from a node that has it. */
export function fetch(deps: ActionDeps): Performed<'fetch'> {
  const { git, deployRoot } = deps;
  return {
    run: async (action, options) => {
      if (action.from !== '') return take(deps, action, options);
      const { repo, branch, commit, folder, project } = action;
      const { signal, report } = options;
      const onLine = percents(report);
      const fetched = await git.checkout(repo, branch, commit || null, folder, { signal, onLine });
      await writeProjectEnv(folder, project);
      return { commit: fetched };
    },
    undo: async ({ folder }) => removeDeployment(deployRoot, folder),
  };
}

/** The node that gives is believed no further than that its checkout is at the commit. */
async function take(
  { git, takeRelease }: ActionDeps,
  { commit, folder, from, project, release = basename(folder) }: Extract<Action, { kind: 'fetch' }>,
  options: ActionOptions,
): Promise<{ commit: string }> {
  if (commit === '') throw new CoveyError('invalid', `A release from ${from} needs a commit.`);
  if (await isAt(git, folder, commit)) {
    await writeProjectEnv(folder, project);
    return { commit };
  }
  await placeDeployment(folder, async (staging) => {
    await takeRelease(from, { app: options.mandate.app, folder: release }, staging, options);
    const found = await git.commitOf(staging);
    if (found !== commit) {
      throw new CoveyError('failed', `${from} has the commit ${found} in ${release}, not ${commit}.`);
    }
    await writeProjectEnv(staging, project);
  });
  return { commit };
}

async function isAt(git: ActionDeps['git'], folder: string, commit: string): Promise<boolean> {
  try {
    return (await git.commitOf(folder)) === commit;
  } catch (thrown) {
    if (asCoveyError(thrown).code === 'not-found') return false;
    throw thrown;
  }
}

/** Pulls and builds the images of a release, or takes those that it ran before, and bounds the logs of what is made of them. */
export function build(deps: ActionDeps): Performed<'build'> {
  const { compose, engine } = deps;
  return {
    run: async ({ folder, project, reuse, missing, services }, { signal, report }) => {
      const options = { signal, onLine: lines(report), services };
      await setLogBounds(deps, { folder, project }, options);
      if (Object.keys(reuse).length > 0) return nameImages(engine, reuse, signal);
      await compose.pull(folder, project, { ...options, missing });
      await compose.build(folder, project, options);
    },
    undo: async ({ images }, _result, { signal }) => nameImages(engine, images, signal),
  };
}

/** Another driver than Docker's own default was chosen for the node, and with it how long logs are kept. */
export async function setLogBounds(
  { compose, engine, logBounds }: Pick<ActionDeps, 'compose' | 'engine' | 'logBounds'>,
  { folder, project }: { folder: string; project: string },
  options: { signal: AbortSignal; onLine?: (line: string) => void },
): Promise<void> {
  const isDefault = (await engine.loggingDriver({ signal: options.signal })) === 'json-file';
  await boundLogs(compose, { folder, project, bounds: isDefault ? logBounds : undefined }, options);
}

/** Runs a script that the release brings. */
export function script({ dockerConfig, engine, store }: ActionDeps): Performed<'script'> {
  return {
    run: async ({ folder, script: name, args, project }, { signal, report }) => {
      if (!(await exists(join(folder, name)))) return;
      await runScript({ folder, script: name, args, project, dockerConfig, signal, onLine: lines(report) });
    },
    undo: async (action, _result, { signal }) => takeBack({ engine, store }, action, signal),
  };
}

/** Removes all folders of an app but one. */
export async function removeFolders(deployRoot: string, name: string, keep: string): Promise<void> {
  for (const folder of await deploymentsOf(deployRoot, name)) {
    if (folder !== keep) await removeDeployment(deployRoot, folder);
  }
}
