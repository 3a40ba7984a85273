import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { asCoveyError } from '../errors.ts';
import { writeIfChanged } from '../files.ts';
import type { Compose } from './compose.ts';
import { defaultFiles } from './compose-file.ts';
import { dropLoggingFile, LOGGING_FILE, setsVariable, writeEnv } from './env-file.ts';

/** Of a container's log; both are options of Docker's driver `json-file`. */
export interface LogBounds {
  /** `10m`, say: then it goes on in a new file. */
  maxSize: string;
  /** How many files are kept. */
  maxFile: number;
}

interface Options {
  signal?: AbortSignal | undefined;
  onLine?: ((line: string) => void) | undefined;
}

const configSchema = z.looseObject({
  services: z.record(z.string(), z.looseObject({ logging: z.unknown().optional() })).default({}),
});

/**
 * Gives each service of a deploy folder that sets no `logging` one with bounds, by one more compose file that `.env`
 * names: so compose by hand reads the same as we do. Without bounds, takes away what an earlier call has written.
 * Where compose would not read the same otherwise, nothing stays, and `onLine` is told: the app matters more than its logs.
 * Errors: those of `Compose.config` for the folder as it is.
 */
export async function boundLogs(
  compose: Pick<Compose, 'config'>,
  { folder, project, bounds }: { folder: string; project: string; bounds: LogBounds | undefined },
  { signal, onLine }: Options = {},
): Promise<void> {
  const file = path.join(folder, LOGGING_FILE);
  const env = await dropLoggingFile(folder);
  if (bounds === undefined) return;

  const before = configSchema.parse(await compose.config(folder, project, { signal }));
  const logging = {
    driver: 'json-file',
    options: { 'max-size': bounds.maxSize, 'max-file': String(bounds.maxFile) },
  };
  const given = Object.fromEntries(
    Object.entries(before.services)
      .filter(([, service]) => service.logging === undefined)
      .map(([name]) => [name, { logging }]),
  );
  if (Object.keys(given).length === 0) return;
  await writeIfChanged(file, textOf(Object.keys(given), logging));
  await writeEnv(folder, env, [await composeFileLine(folder, env, file)]);

  const services = Object.fromEntries(
    Object.entries(before.services).map(([name, service]) => [name, { ...service, ...given[name] }]),
  );
  const expected = { ...before, services };
  const problem = await differs(() => compose.config(folder, project, { signal }), expected);
  if (problem === undefined) return;
  await dropLoggingFile(folder);
  onLine?.(`No bounds are set for the logs of its containers, since ${problem}`);
}

/** As its comment says, for whoever finds it. Names are quoted, since one may be `on` or `1`. */
function textOf(
  services: readonly string[],
  { driver, options }: { driver: string; options: object },
): string {
  const lines = Object.entries(options).map(([key, value]) => `        ${key}: ${JSON.stringify(value)}`);
  const entries = services.map((name) =>
    [
      `  ${JSON.stringify(name)}:`,
      '    logging:',
      `      driver: ${driver}`,
      '      options:',
      ...lines,
    ].join('\n'),
  );
  return `# Written by covey: bounds for the logs of services that set no \`logging\`. COMPOSE_FILE in .env names this file.
# To have other ones, set \`logging\` in the app's compose file and deploy it again.
services:
${entries.join('\n')}
`;
}

/**
 * The files that compose reads without it, and then this one. In full, since compose takes them from where it was called.
 * What the app itself says there is filled in by compose, whose syntax of `.env` nobody else knows.
 */
async function composeFileLine(folder: string, env: string, file: string): Promise<string> {
  const filledIn = (name: string) => `\${${name}}`;
  const separator = setsVariable(env, 'COMPOSE_PATH_SEPARATOR') ? filledIn('COMPOSE_PATH_SEPARATOR') : ':';
  const files = setsVariable(env, 'COMPOSE_FILE')
    ? [filledIn('COMPOSE_FILE')]
    : (await defaultFiles(folder)).map((name) => path.join(folder, name));
  return `COMPOSE_FILE=${[...files, file].join(separator)}`;
}

/** Why compose does not read what it should; undefined: it does. */
async function differs(read: () => Promise<unknown>, expected: unknown): Promise<string | undefined> {
  try {
    if (isDeepStrictEqual(await read(), expected)) return undefined;
    return `with ${LOGGING_FILE} compose would read another configuration`;
  } catch (thrown) {
    const { code, message } = asCoveyError(thrown);
    // An old compose takes nothing more about a service that comes by `include`.
    if (code !== 'invalid') throw thrown;
    return message;
  }
}
