import { identify, type Known, normaliseRepo } from '../app/identity.ts';
import { APP_PREFIX } from '../app/keys.ts';
import type { Kv } from '../consul/kv.ts';
import { CoveyError } from '../errors.ts';
import type { Existing } from '../plan/deploy-input.ts';
import { readApps, type ViewedApp } from '../proxy/view.ts';

/** All records; one that cannot be read hinders no other. */
export interface Records {
  readable: Existing[];
  unreadable: { name: string; index: number; error: string }[];
}

/** Reads the records from Consul, never from a memory of ours: for what is decided by them. */
export async function loadRecords(kv: Kv, signal: AbortSignal): Promise<Records> {
  return recordsOf(readApps(await kv.list(APP_PREFIX, { signal, consistent: true })));
}

/** Those of a view: for answers, which have to be there without Consul too. */
export function recordsOf(apps: readonly ViewedApp[]): Records {
  const records: Records = { readable: [], unreadable: [] };
  for (const app of apps) {
    if ('record' in app) records.readable.push(app);
    else records.unreadable.push(app);
  }
  return records;
}

/**
 * The app of that name.
 * @throws CoveyError `not-found`, or `invalid` with what is wrong with its record
 */
export function findApp({ readable, unreadable }: Records, app: string): Existing {
  const found = readable.find(({ name }) => name === app);
  if (found) return found;
  const broken = unreadable.find(({ name }) => name === app);
  // What is wrong with the app's record.
  if (broken)
    throw new CoveyError('invalid', broken.error, { hint: `Correct the key app/${app} in Consul.` });
  throw noApp(app);
}

export function noApp(app: string): CoveyError {
  return new CoveyError('not-found', `There is no app ${app}.`, { hint: 'covey apps lists them.' });
}

/**
 * The app of that repository and branch.
 * @throws CoveyError `not-found`, or `invalid` with what is wrong with its record, or with what is asked for
 */
export function findAppOf(records: Records, of: { repo: string; branch: string }): Existing {
  const wanted = identify(of.repo, of.branch);
  const found = records.readable.find(
    ({ name, record }) =>
      name === wanted.name ||
      (normaliseRepo(record.repo_url) === wanted.repoUrl && record.branch === wanted.branch),
  );
  if (found) return found;
  const broken = records.unreadable.find((each) => each.name === wanted.name);
  // What is wrong with the app's record.
  if (broken)
    throw new CoveyError('invalid', broken.error, { hint: `Correct the key app/${wanted.name} in Consul.` });
  throw new CoveyError('not-found', `There is no app ${wanted.name} (${wanted.repoUrl}, ${wanted.branch}).`, {
    hint: 'covey apps lists them.',
  });
}

/** The records as `findIdentity` wants them. */
export function known(records: Records): Known[] {
  return records.readable.map(({ name, record }) => ({
    name,
    repoUrl: record.repo_url,
    branch: record.branch,
  }));
}
