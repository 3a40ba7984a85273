import { retentionOn } from '../app/schedules.ts';
import type { Kv } from '../consul/kv.ts';
import { parseRetention } from '../durations.ts';
import { asCoveyError } from '../errors.ts';
import type { Retention } from '../generated/covey/v1/Retention.ts';
import type { RetentionReply } from '../generated/covey/v1/RetentionReply.ts';
import type { RetentionRequest__Output } from '../generated/covey/v1/RetentionRequest.ts';
import type { Existing } from '../plan/deploy-input.ts';
import type { Handler } from '../rpc/handler.ts';
import type { Deps } from './deps.ts';
import { namedByReleases } from './kept-releases.ts';
import type { NodeDeps } from './node.ts';

/**
 * What a purge would remove now on the masters and slaves of the apps, by app, volume and node. A node that does not
 * answer hinders no other.
 * @param app name of the only one, or empty
 */
export async function retentionOfAll(
  { nodes, bounds }: Pick<Deps, 'nodes' | 'bounds'>,
  records: readonly Existing[],
  app: string,
  signal: AbortSignal,
): Promise<Retention[]> {
  const names = new Set(
    records.flatMap(({ record }) =>
      record.slave === null ? [record.master] : [record.master, record.slave],
    ),
  );
  const answers = await Promise.all(
    [...names].map(async (node) => {
      try {
        const bounded = AbortSignal.any([signal, AbortSignal.timeout(bounds.examine)]);
        return await nodes.retention(node, app, bounded);
      } catch (thrown) {
        const held = `not known: ${asCoveyError(thrown).message}`;
        return records.flatMap(({ name, record }) =>
          retained(node, name, record).map(({ volume, pattern }) => ({
            app: name,
            volume,
            node,
            pattern,
            held,
          })),
        );
      }
    }),
  );
  const key = ({ app: of, volume, node }: Retention) => JSON.stringify([of, volume, node]);
  return answers.flat().sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

/** Answers for this node, by the records as it knows them. */
export function retentionHere({
  node,
  view,
  purger,
  kv,
}: Pick<NodeDeps, 'node' | 'view' | 'purger'> & { kv: Pick<Kv, 'get'> }): Handler<
  RetentionRequest__Output,
  RetentionReply
> {
  return async ({ app: asked }, { signal }) => {
    const apps = (view()?.apps ?? []).filter(({ name }) => asked === '' || name === asked);
    const mine = apps.flatMap((app) => ('record' in app ? retained(node, app.name, app.record) : []));
    // Once for each app: many have several volumes.
    const names = [...new Set(mine.map(({ app }) => app))];
    const known = new Map(
      await Promise.all(names.map(async (app) => [app, await namedByReleases(kv, app, signal)] as const)),
    );
    const retention = mine.map(async ({ app, volume, pattern, partner }): Promise<Retention> => {
      const releases = known.get(app) ?? null;
      const plan = await purger.plan({ volume, ages: parseRetention(pattern), partner, releases });
      return { app, volume, node, pattern, ...plan, held: plan.held ?? '' };
    });
    return { retention: await Promise.all(retention) };
  };
}

/** The volumes of an app that a node purges. */
function retained(node: string, app: string, record: Existing['record']) {
  return record.volumes.flatMap((volume) => {
    const retention = retentionOn(node, record, volume);
    return retention === null ? [] : [{ app, volume, ...retention }];
  });
}
