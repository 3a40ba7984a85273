import { projectOf } from '../app/identity.ts';
import { CoveyError } from '../errors.ts';
import type { Existing } from '../plan/deploy-input.ts';
import { assertVolumeName } from '../volumes/snapshot-name.ts';
import type { Records } from './records.ts';

/**
 * Full names of replicated volumes of the app, asked for by short or full name; none asked for: all.
 * @throws CoveyError `refused` for one that is not replicated or not there, and where there is none at all
 */
export function ownVolumes({ name, record }: Existing, asked: readonly string[]): string[] {
  if (record.volumes.length === 0) {
    throw new CoveyError('refused', `${name} has no replicated volumes.`, {
      hint: 'Only volumes of the driver have snapshots: docs/apps.md says how to declare one.',
    });
  }
  if (asked.length === 0) return record.volumes;
  const project = projectOf(name);
  const full = asked.map((each) => {
    const found = record.volumes.find((volume) => volume === each || volume === `${project}_${each}`);
    if (found !== undefined) return found;
    throw new CoveyError('refused', `${name} has no replicated volume ${JSON.stringify(each)}.`, {
      hint: `Those that it has are ${record.volumes.join(', ')}. Others belong to their node, and have no snapshots.`,
    });
  });
  return [...new Set(full)];
}

/** Docker's rule, which is narrower than the store's. */
const DOCKER_NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]+$/;

/**
 * A name that a copy may be given.
 * @throws CoveyError `invalid` for what is no volume's name, `refused` for a volume that a record names
 */
export function assertFree(to: string, records: Records): void {
  assertVolumeName(to);
  if (!DOCKER_NAME.test(to)) {
    throw new CoveyError('invalid', `Docker takes no volume named ${JSON.stringify(to)}.`, {
      hint: 'Two or more letters, digits, "_", "." or "-", of which the first is a letter or a digit.',
    });
  }
  const owner = records.readable.find(({ record }) => record.volumes.includes(to));
  if (owner) {
    throw new CoveyError('refused', `${to} is a volume of ${owner.name}.`, {
      hint: 'Name one that no app has; without --to a restore puts back the app’s own volumes.',
    });
  }
  // One that can't be read may name any volume.
  const broken = records.unreadable[0];
  if (broken) {
    throw new CoveyError(
      'refused',
      `Whose volume ${to} is can't be told: the record of ${broken.name} can't be read.`,
      {
        hint: `Correct the key app/${broken.name} in Consul.`,
      },
    );
  }
}
