import { RELEASES_PREFIX } from '../app/keys.ts';
import type { AppRecord } from '../app/record.ts';
import {
  formatReleases,
  type PastRelease,
  parseReleases,
  snapshotsOfReleases,
  withRelease,
} from '../app/releases.ts';
import type { Kv } from '../consul/kv.ts';
import { asCoveyError } from '../errors.ts';
import type { Existing } from '../plan/deploy-input.ts';
import { retainResult, type Survey, snapshotResult } from '../plan/results.ts';
import type { Plan } from '../plan/steps.ts';
import type { Committed } from './coordinate.ts';

/** The releases of an app, from Consul's leader; none where none was kept. Errors: `invalid` for what cannot be read. */
export async function loadReleases(
  kv: Pick<Kv, 'get'>,
  app: string,
  signal: AbortSignal,
): Promise<PastRelease[]> {
  const key = `${RELEASES_PREFIX}${app}`;
  const found = await kv.get(key, { signal, consistent: true });
  return found === undefined ? [] : parseReleases(key, found.value);
}

/** The same for a deploy, which none of them may hinder: where they cannot be read they begin anew, after a warning. */
export async function releasesOrNew(
  kv: Pick<Kv, 'get'>,
  app: string,
  { signal, warn }: { signal: AbortSignal; warn: (warning: string) => void },
): Promise<PastRelease[]> {
  try {
    return await loadReleases(kv, app, signal);
  } catch (thrown) {
    const { code, message } = asCoveyError(thrown);
    if (code !== 'invalid') throw thrown;
    warn(`${message} They are kept anew from now on.`);
    return [];
  }
}

/** The snapshots that a rollback of the app may need; null where that cannot be told, and no purge may guess. */
export async function namedByReleases(
  kv: Pick<Kv, 'get'>,
  app: string,
  signal: AbortSignal,
): Promise<string[] | null> {
  try {
    return snapshotsOfReleases(await loadReleases(kv, app, signal));
  } catch {
    return null; // who asks says that nothing is purged, and a rollback says what is wrong
  }
}

/** A record to be committed, with the releases that it then has. */
export function committing(about: {
  plan: Plan;
  record: AppRecord;
  existing: Existing | undefined;
  releases: readonly PastRelease[];
  /** What ran until now. */
  images: Survey['images'];
}): Committed {
  const { plan, record, existing, releases, images } = about;
  const { images: retained = '', data = { from: '', snapshots: {} } } = plan.sources ?? {};
  return {
    record,
    releases: (results) => {
      const ids = retainResult.safeParse(results.get(retained)).data?.images ?? {};
      const kept = snapshotResult.safeParse(results.get(data.from)).data?.snapshots ?? {};
      const leaving = existing && {
        record: existing.record,
        images: { node: existing.record.master, ids: images },
        ended: { at: Date.now(), snapshots: { ...data.snapshots, ...kept } },
      };
      return formatReleases(
        withRelease(releases, { leaving, arriving: { record, images: { node: record.master, ids } } }),
      );
    },
  };
}
