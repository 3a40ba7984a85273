import { join } from 'node:path';
import { asksForSwap } from '../../app/beside.ts';
import { describeRelease } from '../../app/describe.ts';
import { fromServiceJson } from '../../consul/registration.ts';
import { exists } from '../../docker/folder.ts';
import { readServiceJson } from '../../docker/release-file.ts';
import { type ActionDeps, lines, type Performed } from './action.ts';
import { setLogBounds } from './release.ts';

/** Reads what a fetched release is. */
export function inspect(deps: ActionDeps): Performed<'inspect'> {
  const { compose, driver } = deps;
  return {
    run: async ({ folder, project, commit, before }, { signal, report }) => {
      const serviceJson = await readServiceJson(folder);
      if (serviceJson !== undefined) fromServiceJson(serviceJson);
      const first = await compose.config(folder, project, { signal });
      const isCompared = before !== undefined && asksForSwap(first);
      // What runs has these bounds too, and is to stay as it is.
      if (isCompared) await setLogBounds(deps, { folder, project }, { signal, onLine: lines(report) });
      return describeRelease({
        config: isCompared ? await compose.config(folder, project, { signal }) : first,
        before: before === undefined ? undefined : await readBefore(compose, before, project, signal),
        project,
        commit,
        folder,
        driver,
        hasUpdateScript: await exists(join(folder, 'update.sh')),
        hasPostMigrateScript: await exists(join(folder, 'post_migrate.sh')),
        serviceJson: serviceJson ?? '',
      });
    },
  };
}

/** Undefined where its folder is gone, or nobody can read it any more: then nothing can be said of what has changed. */
async function readBefore(
  compose: ActionDeps['compose'],
  folder: string,
  project: string,
  signal: AbortSignal,
): Promise<unknown> {
  try {
    return await compose.config(folder, project, { signal });
  } catch {
    signal.throwIfAborted();
    return undefined; // the new release can do without
  }
}
