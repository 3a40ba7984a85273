import path from 'node:path';
import { run } from '../command.ts';
import { CoveyError } from '../errors.ts';
import { dockerEnvironment } from './environment.ts';

/** A script that a release brings. */
export interface ScriptCall {
  /** The deploy folder, in which it runs. */
  folder: string;
  /** Its name, directly in that folder. */
  script: string;
  args: readonly string[];
  project: string;
  /** Folder of the operator's Docker login. */
  dockerConfig?: string;
  signal?: AbortSignal | undefined;
  onLine?: ((line: string) => void) | undefined;
  /** Milliseconds; an update may dump and load a database. */
  timeoutMs?: number;
}

/**
 * Runs `sh <script> <args>` in the folder, with docker and compose meaning the app's project. It ends with all its
 * children on abort. Errors: `invalid` (the name), `failed` with what it said last if it exits with anything but 0,
 * `timeout`, `cancelled`.
 */
export async function runScript({
  folder,
  script,
  args,
  project,
  dockerConfig,
  ...rest
}: ScriptCall): Promise<void> {
  if (path.basename(script) !== script || script.startsWith('-') || script.startsWith('.') || script === '') {
    throw new CoveyError(
      'invalid',
      `${JSON.stringify(script)} is not the name of a script in the deploy folder`,
    );
  }
  await run('sh', [script, ...args], {
    timeoutMs: 6 * 3_600_000,
    ...rest,
    cwd: folder,
    env: {
      ...dockerEnvironment(dockerConfig === undefined ? {} : { dockerConfig }),
      COMPOSE_PROJECT_NAME: project,
    },
    label: script,
  });
}
