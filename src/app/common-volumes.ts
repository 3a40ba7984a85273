import type { Release, Volume } from './release.ts';

/** The label by which an app keeps a volume's data to itself. */
const NONMIGRABLE = 'com.github.mlfmonde.cluster.nonmigrable';

/** A volume of the target, and the source's of the same name in the compose file; both by full name. */
interface Pair {
  source: string;
  target: string;
}

/** What of the source's data the target takes. All names but those of `unwanted` are of the target's replicated volumes. */
export interface Common {
  pairs: Pair[];
  /** Labelled as not to be overwritten. */
  nonmigrable: string[];
  /** The source has no replicated volume of that name. */
  missing: string[];
  /** The source's replicated volumes that the target has none for. */
  unwanted: string[];
}

/** Volumes that both apps replicate, by their names in the compose files. Data of others belongs to a node, and stays there. */
export function commonVolumes(source: Pick<Release, 'volumes'>, target: Pick<Release, 'volumes'>): Common {
  const given = new Map(replicated(source).map((volume) => [volume.short, volume.full]));
  const taken = new Set(replicated(target).map((volume) => volume.short));
  const common: Common = { pairs: [], nonmigrable: [], missing: [], unwanted: [] };
  for (const volume of replicated(target)) {
    const from = given.get(volume.short);
    if (isNonmigrable(volume)) common.nonmigrable.push(volume.full);
    else if (from === undefined) common.missing.push(volume.full);
    else common.pairs.push({ source: from, target: volume.full });
  }
  common.unwanted = [...given].filter(([short]) => !taken.has(short)).map(([, full]) => full);
  return common;
}

function replicated({ volumes }: Pick<Release, 'volumes'>): Volume[] {
  return volumes.filter((volume) => volume.replicated);
}

function isNonmigrable({ labels }: Volume): boolean {
  return ['true', '1'].includes((labels[NONMIGRABLE] ?? '').trim().toLowerCase());
}
