import { z } from 'zod';
import { CoveyError } from '../errors.ts';
import type { ConsulClient } from './client.ts';

/** An HTTP check that the local agent makes. */
interface HttpCheck {
  url: string;
  intervalSeconds: number;
  /** Do not verify the certificate of an https URL: for sites of an internal CA, which the agent does not know. */
  tlsSkipVerify?: boolean;
}

/** A service as covey describes it; of the checks all must pass. */
interface ServiceSpec {
  id: string;
  name: string;
  checks: readonly HttpCheck[];
}

/** A service as Consul's agent API takes it, from an app's own `service.json`. */
export interface ServiceDefinition {
  id: string;
  name: string;
  /** Consul's fields, named in lower case without `_` (Consul does not look at the case). */
  body: Record<string, unknown>;
}

/** A service of the local agent. `app`: which app registered it through covey; unknown for those of others. */
interface RegisteredService {
  id: string;
  name: string;
  app?: string;
}

/** The services of the local agent. Errors: those of ConsulClient.call; `invalid` where the agent refuses a definition. */
export interface Registration {
  /** Registers, or replaces what has that ID. `app` marks it, so that it is found again whatever its ID is. */
  register(service: ServiceSpec | ServiceDefinition, app: string, signal?: AbortSignal): Promise<void>;
  /** Takes it from the agent, with its checks; an ID that is not there is fine. */
  deregister(id: string, signal?: AbortSignal): Promise<void>;
  registered(signal?: AbortSignal): Promise<RegisteredService[]>;
}

// Only letters, digits, `-` and `_` are allowed in the keys of a service's meta data.
const APP = 'covey_app';
const CHECK_TIMEOUT_S = 10;

const servicesSchema = z.record(
  z.string(),
  z.object({ ID: z.string(), Service: z.string(), Meta: z.record(z.string(), z.string()).nullish() }),
);

export function createRegistration(consul: ConsulClient): Registration {
  const { service: agent } = consul.raw.agent;

  const register: Registration['register'] = async (service, app, signal) => {
    const body = 'body' in service ? service.body : describe(service);
    const marked = { ...body, meta: { ...asObject(body.meta), [APP]: app } };
    // Not through the library, which drops the fields that it does not know (weights, tagged addresses, a check's id, …).
    // Without that parameter the checks of an earlier registration would stay beside the new ones.
    await consul.putJson('/agent/service/register', marked, {
      query: { 'replace-existing-checks': 'true' },
      signal,
    });
  };

  const deregister: Registration['deregister'] = async (id, signal) => {
    try {
      await consul.call((o) => agent.deregister({ ...o, id }), { signal });
    } catch (error) {
      // Consul 1.8 answers 500 "Unknown service", later ones 404.
      if (error instanceof CoveyError && /unknown service/i.test(error.message)) return;
      throw error;
    }
  };

  const registered: Registration['registered'] = async (signal) => {
    const { body } = await consul.call((o) => agent.list(o as never), { signal });
    return Object.values(servicesSchema.parse(body)).map(({ ID, Service, Meta }) => {
      const app = Meta?.[APP];
      return { id: ID, name: Service, ...(app === undefined ? {} : { app }) };
    });
  };

  return { register, deregister, registered };
}

function describe({ id, name, checks }: ServiceSpec): Record<string, unknown> {
  return {
    id,
    name,
    checks: checks.map(({ url, intervalSeconds, tlsSkipVerify }, i) => ({
      checkid: `${id}:${i + 1}`,
      name: `HTTP ${url}`,
      http: url,
      interval: `${intervalSeconds}s`,
      timeout: `${Math.min(CHECK_TIMEOUT_S, intervalSeconds)}s`,
      ...(tlsSkipVerify ? { tlsskipverify: true } : {}),
    })),
  };
}

const DURATIONS = ['interval', 'timeout', 'ttl', 'deregistercriticalserviceafter'];

const checkSchema = z
  .record(z.string(), z.unknown())
  .transform(plainKeys)
  // A configuration file calls it `id`, the API does not.
  .transform(({ id, ...rest }) => (id === undefined ? rest : { checkid: id, ...rest }))
  .superRefine((check, context) => {
    // What the agent would refuse, said before anything is stopped; the rest it says itself.
    for (const key of DURATIONS.filter((one) => check[one] !== undefined && !isDuration(check[one])))
      context.addIssue({ code: 'custom', path: [key], message: 'no duration of Consul, such as "60s"' });
    if (['http', 'tcp', 'grpc'].some((kind) => kind in check) && !('interval' in check))
      context.addIssue({ code: 'custom', path: ['interval'], message: 'it is missing, such as "60s"' });
  });
const definitionSchema = z
  .record(z.string(), z.unknown())
  .transform(plainKeys)
  .pipe(
    z.looseObject({
      name: z.string().min(1),
      id: z.string().min(1).optional(),
      check: checkSchema.optional(),
      checks: z.array(checkSchema).optional(),
    }),
  );

/**
 * An app's `service.json`: Consul's service definition, plain or as in a configuration file, `{"service": {…}}`.
 * Throws `invalid`, naming what is wrong.
 */
export function fromServiceJson(text: string): ServiceDefinition {
  const fail = (why: string, cause?: unknown) =>
    new CoveyError('invalid', `service.json is not a service definition of Consul: ${why}`, {
      cause,
      hint: 'it looks like {"service": {"name": "foo", "checks": [{"http": "http://…", "interval": "60s"}]}}',
    });
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw fail(`not JSON (${(error as Error).message})`, error);
  }
  const outer = asObject(parsed);
  if ('services' in outer) throw fail('"services" holds several; an app is one service');
  const result = definitionSchema.safeParse(outer.service ?? parsed);
  if (!result.success) {
    const issues = result.error.issues.map(
      (issue) => `${issue.path.join('.') || 'the whole'}: ${issue.message}`,
    );
    throw fail(issues.join('; '), result.error);
  }
  const { name, id = name, ...rest } = result.data;
  return { id, name, body: { ...rest, id, name } };
}

const KINDS = ['http', 'tcp', 'udp', 'grpc', 'args', 'ttl', 'aliasservice', 'aliasnode'];

/** What the checks of a definition ask, one line each: `http http://…`; by its name one of no kind that we know. */
export function checkTitles({ body }: ServiceDefinition): string[] {
  const checks = [body.check, ...(Array.isArray(body.checks) ? body.checks : [])];
  return checks
    .filter((check) => check !== undefined)
    .map((each) => {
      const check = asObject(each);
      const kind = KINDS.find((one) => one in check);
      return kind === undefined ? String(check.name ?? 'a check') : `${kind} ${shown(check[kind])}`;
    });
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return value.join(' ');
  return String(value);
}

/**
 * The definition as one of this app's alone. Its ID is the app's name and its checks' IDs begin with it: two branches of
 * one repository bring the same service.json, and on one agent the second would replace the first.
 */
export function ownedBy(definition: ServiceDefinition, app: string): ServiceDefinition {
  const own = (check: unknown) => {
    const { checkid, ...rest } = asObject(check);
    return checkid === undefined ? rest : { ...rest, checkid: `${app}:${checkid}` };
  };
  const { check, checks } = definition.body;
  const body = {
    ...definition.body,
    id: app,
    ...(check === undefined ? {} : { check: own(check) }),
    ...(Array.isArray(checks) ? { checks: checks.map(own) } : {}),
  };
  return { id: app, name: definition.name, body };
}

/** `tls_skip_verify`, `TLSSkipVerify`: one spelling for all that Consul takes in files and in its API. Values stay as they are. */
function plainKeys(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [key.replaceAll('_', '').toLowerCase(), value]),
  );
}

/** As Go reads durations; Consul takes numbers too, of nanoseconds. */
function isDuration(value: unknown): boolean {
  if (typeof value === 'string') return /^[+-]?(\d+(\.\d*)?(ns|us|µs|ms|s|m|h))+$/.test(value);
  return typeof value === 'number';
}

function asObject(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}
