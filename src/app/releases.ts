import { z } from 'zod';
import { CoveyError } from '../errors.ts';
import { type AppRecord, recordSchema } from './record.ts';

const pastRelease = z.object({
  /** As it was committed. */
  record: recordSchema,
  /** The images that its containers ran, by the names in its compose files, and the node that has them. */
  images: z.object({ node: z.string(), ids: z.record(z.string(), z.string()) }),
  /** When another release took its place (unix milliseconds), and what its volumes held then: volume -> snapshot. Null: it runs. */
  ended: z.object({ at: z.number(), snapshots: z.record(z.string(), z.string()) }).nullable(),
});

/** A release of an app, and what is needed to go back to it. */
export type PastRelease = z.output<typeof pastRelease>;

const stored = z.object({ releases: z.array(pastRelease) });

/** How many releases are kept, the present one included. */
const MOST = 10;

/** Consul takes 512 kB in a transaction, in base64; record and journal, with the record once more, have to fit in too. */
const MOST_BYTES = 128 * 1024;

/**
 * The releases of an app, oldest first, the present one last.
 * @throws CoveyError `invalid` naming the key
 */
export function parseReleases(key: string, value: string): PastRelease[] {
  try {
    return stored.parse(JSON.parse(value)).releases;
  } catch (cause) {
    throw new CoveyError('invalid', `The releases in ${key} cannot be read.`, {
      cause,
      hint: 'Delete the key in Consul: they are kept anew from the next deploy on.',
    });
  }
}

export function formatReleases(releases: readonly PastRelease[]): string {
  return JSON.stringify({ releases });
}

interface Change {
  /** What runs until now; undefined for a new app. `images` are looked at where it was never kept. */
  leaving: { record: AppRecord; images: PastRelease['images']; ended: PastRelease['ended'] } | undefined;
  arriving: { record: AppRecord; images: PastRelease['images'] };
}

/** The releases after a commit. The oldest go until no more than 10 are left, and until they fit into Consul. */
export function withRelease(all: readonly PastRelease[], { leaving, arriving }: Change): PastRelease[] {
  const others = all.filter(
    ({ record }) => ![leaving?.record.deploy_id, arriving.record.deploy_id].includes(record.deploy_id),
  );
  const known = all.find(({ record }) => record.deploy_id === leaving?.record.deploy_id);
  // What the original deployed has no commit that one could go back to.
  const left =
    leaving?.record.deploy_id !== undefined &&
    leaving.record.deploy_id !== arriving.record.deploy_id &&
    leaving.record.commit !== undefined;
  const releases = [
    ...others,
    ...(left ? [{ ...leaving, images: known?.images ?? leaving.images }] : []),
    { ...arriving, ended: null },
  ];
  return bounded(releases.slice(-MOST));
}

function bounded(releases: PastRelease[]): PastRelease[] {
  const first = releases.findIndex(
    (_, index) => Buffer.byteLength(formatReleases(releases.slice(index))) <= MOST_BYTES,
  );
  return first === -1 ? [] : releases.slice(first);
}

/** The releases that are left when one more comes: what of the old ones is worth keeping. */
export function keptAfter(all: readonly PastRelease[]): readonly PastRelease[] {
  return all.slice(-(MOST - 1));
}

/**
 * The release to go back to: the one before the present one, or the one whose deploy id begins with `to`.
 * @throws CoveyError `not-found`, `invalid` for a beginning that several have, `refused` for the present one
 */
export function findRelease(
  app: string,
  all: readonly PastRelease[],
  { current, to }: { current: string | undefined; to: string },
): PastRelease {
  const past = all.filter(({ record }) => record.deploy_id !== current);
  const hint = `covey releases ${app} lists them.`;
  if (to === '') {
    const last = past.at(-1);
    if (last) return last;
    throw new CoveyError('not-found', `No release of ${app} is known before the one that runs.`, {
      hint: 'Releases are kept from the first deploy by this version of covey on. Deploy the commit that you want instead.',
    });
  }
  const found = all.filter(({ record }) => record.deploy_id?.startsWith(to));
  const exact = found.find(({ record }) => record.deploy_id === to);
  const [release, second] = exact ? [exact] : found;
  if (release === undefined)
    throw new CoveyError('not-found', `No release of ${app} has a deploy id that begins with "${to}".`, {
      hint,
    });
  if (second !== undefined)
    throw new CoveyError('invalid', `Several releases of ${app} have a deploy id that begins with "${to}".`, {
      hint,
    });
  if (release.record.deploy_id === current)
    throw new CoveyError('refused', `${current} is the release of ${app} that runs.`, { hint });
  return release;
}

/** The snapshots that a rollback may need. */
export function snapshotsOfReleases(all: readonly PastRelease[]): string[] {
  return all.flatMap(({ ended }) => Object.values(ended?.snapshots ?? {}));
}
