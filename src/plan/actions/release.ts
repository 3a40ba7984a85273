import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { describeRelease } from '../../app/describe.ts';
import { deploymentsOf, removeDeployment, writeProjectEnv } from '../../docker/folder.ts';
import { runScript } from '../../docker/script.ts';
import { type ActionDeps, lines, type Performed, percents } from './action.ts';
import { nameImages, takeBack } from './containers.ts';

/** Clones a commit into its deploy folder. */
export function fetch({ git, deployRoot }: ActionDeps): Performed<'fetch'> {
  return {
    run: async ({ repo, branch, commit, folder, project }, { signal, report }) => {
      const onLine = percents(report);
      const fetched = await git.checkout(repo, branch, commit || null, folder, { signal, onLine });
      await writeProjectEnv(folder, project);
      return { commit: fetched };
    },
    undo: async ({ folder }) => removeDeployment(deployRoot, folder),
  };
}

/** Reads what a fetched release is. */
export function inspect({ compose, driver }: ActionDeps): Performed<'inspect'> {
  return {
    run: async ({ folder, project, commit }, { signal }) =>
      describeRelease({
        config: await compose.config(folder, project, { signal }),
        project,
        commit,
        driver,
        hasUpdateScript: await exists(join(folder, 'update.sh')),
      }),
  };
}

/** Pulls and builds the images of a release. */
export function build({ compose, engine }: ActionDeps): Performed<'build'> {
  return {
    run: async ({ folder, project }, { signal, report }) => {
      const options = { signal, onLine: lines(report) };
      await compose.pull(folder, project, options);
      await compose.build(folder, project, options);
    },
    undo: async ({ images }, _result, { signal }) => nameImages(engine, images, signal),
  };
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

async function exists(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch {
    return false; // access has no other answer for "no"
  }
}
