import { z } from 'zod';
import { CoveyError } from '../../errors.ts';
import { readYaml } from '../yaml.ts';
import { faultOfLine, faultOfText, hasCondition, isIdentifier, readBind } from './line.ts';

/** One way from a frontend to a container (§5). Keys are those of the readme, and of the KV record. */
export interface HaproxyBackend {
  /** Defaults to `ct`. */
  readonly name?: string;
  /** What stands behind `use_backend NAME`, such as `if { hdr(host) -i a.example.com }`. */
  readonly use_backend_option?: string;
  /** Where the container listens. */
  readonly port: number;
  /** Where HAProxy listens on the master, for the other nodes. Always there but in swarm keys. */
  readonly peer_port?: number;
  /** What stands at the end of the server line. */
  readonly server_option?: string;
  /** Further lines of the backend. */
  readonly options?: readonly string[];
  /** Name of the container or swarm service. In an app it is filled in by `mergeHaproxy`. */
  readonly ct?: string;
}

export interface HaproxyFrontend {
  readonly mode: 'tcp' | 'http';
  /** Arguments of `bind` lines, such as `*:2222`. */
  readonly bind: readonly string[];
  readonly options?: readonly string[];
}

interface HaproxyEntry {
  /** Undefined for the keys `http-in` and `https-in`, whose frontends are built in. */
  readonly frontend?: HaproxyFrontend;
  readonly backends: readonly HaproxyBackend[];
}

/** The `haproxy` object of a record: by name of the frontend, in the order of the file. */
export type HaproxyDefinition = Readonly<Record<string, HaproxyEntry>>;

/** What one service says: a frontend that another service of the app declares may be left out or given in part. */
export type HaproxyPart = Readonly<
  Record<string, { frontend?: Partial<HaproxyFrontend>; backends: readonly HaproxyBackend[] }>
>;

/** Who declares it: a service of an app, or a `swarm/…` key (where `peer_port` is of no use). */
export type HaproxyOwner = 'app' | 'swarm';

const line = z.string().superRefine((text, context) => report(faultOfLine(text), context));
const text = z.string().superRefine((value, context) => report(faultOfText(value), context));
const bind = z.string().superRefine((value, context) => {
  const ranges = readBind(value);
  report(typeof ranges === 'string' ? ranges : undefined, context);
});
const port = z.preprocess(
  (value) => (typeof value === 'string' && /^\d{1,5}$/.test(value) ? Number(value) : value),
  z
    .number({ error: 'a port from 1 to 65535 is expected' })
    .refine(
      (value) => Number.isInteger(value) && value > 0 && value < 65536,
      'a port from 1 to 65535 is expected',
    ),
);
const name = z
  .string()
  .refine(isIdentifier, 'only letters, digits, "-", "_", "." and ":" are possible in a name, 255 at most');
// YAML takes a name of digits for a number
const identifier = z.preprocess((value) => (typeof value === 'number' ? String(value) : value), name);

/** YAML leaves null where a key has no value; for all optional keys that, and an empty string, mean "not there". */
function optional<T extends z.ZodType>(schema: T) {
  return z.preprocess((value) => (value === null || value === '' ? undefined : value), schema.optional());
}
const lines = z.preprocess((value) => (typeof value === 'string' ? [value] : value), z.array(line));

const backend = z.object({
  name: optional(identifier),
  use_backend_option: optional(text),
  port,
  peer_port: optional(port),
  server_option: optional(text),
  options: optional(lines),
  ct: optional(identifier),
});
const frontend = z.object({
  mode: optional(z.enum(['tcp', 'http'])),
  bind: optional(
    z.preprocess((value) => (typeof value === 'string' ? [value] : value), z.array(bind).min(1)),
  ),
  options: optional(lines),
});
const part = z.record(
  identifier,
  z.object({ frontend: optional(frontend), backends: z.array(backend).min(1) }),
);

function report(fault: string | undefined, context: z.RefinementCtx): void {
  if (fault !== undefined) context.addIssue({ code: 'custom', message: fault });
}

/** The built-in frontends, which an app may only add rules to. */
export function isBuiltIn(key: string): key is 'http-in' | 'https-in' {
  return key === 'http-in' || key === 'https-in';
}

/**
 * Reads the HAPROXY variable of one service: YAML or JSON.
 * @throws CoveyError `invalid` naming each path and what is wrong there
 */
export function parseHaproxy(source: string, owner: HaproxyOwner = 'app'): HaproxyPart {
  return readPart(readYaml('HAPROXY', source), owner);
}

function readPart(value: unknown, owner: HaproxyOwner): HaproxyPart {
  const parsed = part.safeParse(value ?? {});
  if (!parsed.success) {
    throw invalid(
      parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'the whole'}: ${message}`),
    );
  }
  const faults = Object.entries(parsed.data).flatMap(([key, entry]) =>
    entry.backends.flatMap((item, index) =>
      faultsOfBackend(key, item, owner).map((fault) => `${key}.backends.${index}.${fault}`),
    ),
  );
  if (faults.length > 0) throw invalid(faults);
  return JSON.parse(JSON.stringify(parsed.data)) as HaproxyPart;
}

function faultsOfBackend(
  key: string,
  { use_backend_option, ...item }: HaproxyBackend,
  owner: HaproxyOwner,
): string[] {
  const faults: string[] = [];
  if (isBuiltIn(key) && !hasCondition(use_backend_option ?? '')) {
    faults.push(`use_backend_option: without a condition ("if …") it would take all the traffic of ${key}`);
  }
  if (owner === 'app' && item.peer_port === undefined) faults.push('peer_port: it is missing');
  return faults;
}

function invalid(faults: readonly string[]): CoveyError {
  return new CoveyError('invalid', faults.map((fault) => `HAPROXY ${fault}`).join('\n'));
}

/**
 * Reads the `haproxy` object of a KV record or swarm key, which anybody may have edited by hand.
 * @throws CoveyError `invalid` as `parseHaproxy`, and where a frontend is not complete or a backend has no `ct`
 */
export function readHaproxy(value: unknown, owner: HaproxyOwner = 'app'): HaproxyDefinition {
  const definition = complete(readPart(value, owner));
  const faults = Object.entries(definition).flatMap(([key, { backends }]) =>
    backends.flatMap(({ ct }, index) =>
      ct === undefined ? [`${key}.backends.${index}.ct: it is missing`] : [],
    ),
  );
  if (faults.length > 0) throw invalid(faults);
  return definition;
}

/**
 * One definition for an app: `ct` is each service's container, and what several services say of the same frontend is
 * joined in order, without duplicates.
 * @throws CoveyError `invalid` where services disagree on a mode, or nobody declares a frontend's mode and bind
 */
export function mergeHaproxy(services: readonly { ct: string; part: HaproxyPart }[]): HaproxyDefinition {
  const merged: Record<string, { frontend?: Partial<HaproxyFrontend>; backends: HaproxyBackend[] }> = {};
  for (const { ct, part: declared } of services) {
    for (const [key, entry] of Object.entries(declared)) {
      const backends = entry.backends.map((item) => ({ ...item, ct }));
      const before = merged[key];
      merged[key] = {
        ...joinFrontends(key, before?.frontend, entry.frontend),
        backends: unique([...(before?.backends ?? []), ...backends]),
      };
    }
  }
  return complete(merged);
}

function joinFrontends(
  key: string,
  one: Partial<HaproxyFrontend> | undefined,
  two: Partial<HaproxyFrontend> | undefined,
): { frontend?: Partial<HaproxyFrontend> } {
  if (one === undefined || two === undefined) {
    const only = one ?? two;
    return only === undefined ? {} : { frontend: only };
  }
  if (one.mode !== undefined && two.mode !== undefined && one.mode !== two.mode) {
    throw invalid([`${key}.frontend.mode: one service says ${one.mode}, another ${two.mode}`]);
  }
  const mode = one.mode ?? two.mode;
  const options = unique([...(one.options ?? []), ...(two.options ?? [])]);
  return {
    frontend: {
      ...(mode === undefined ? {} : { mode }),
      bind: unique([...(one.bind ?? []), ...(two.bind ?? [])]),
      ...(options.length === 0 ? {} : { options }),
    },
  };
}

function unique<T>(items: readonly T[]): T[] {
  return [...new Map(items.map((item) => [JSON.stringify(item), item])).values()];
}

function complete(merged: HaproxyPart): HaproxyDefinition {
  const definition: Record<string, HaproxyEntry> = {};
  for (const [key, { frontend: given, backends }] of Object.entries(merged)) {
    if (isBuiltIn(key)) {
      definition[key] = { backends };
      continue;
    }
    const { mode, bind: binds, options } = given ?? {};
    if (mode === undefined) throw invalid([`${key}.frontend.mode: it is missing (tcp or http)`]);
    if (binds === undefined) throw invalid([`${key}.frontend.bind: it is missing, such as ["*:2222"]`]);
    definition[key] = {
      frontend: { mode, bind: binds, ...(options === undefined ? {} : { options }) },
      backends,
    };
  }
  return definition;
}
