import { CoveyError } from '../errors.ts';
import type { App__Output as App } from '../generated/covey/v1/App.ts';
import { clusterMethods } from '../rpc/proto.ts';
import type { Session } from './session.ts';

/**
 * What the record of an app says; with `error` where it cannot be read.
 * @throws CoveyError `not-found`
 */
export async function recorded(name: string, { connection, signal }: Session): Promise<App> {
  const { apps } = await connection.call(clusterMethods.Apps, {}, { signal });
  const found = apps.find((app) => app.name === name);
  if (found) return found;
  throw new CoveyError('not-found', `There is no app ${name}.`, { hint: 'covey apps lists them.' });
}
