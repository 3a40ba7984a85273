import { z } from 'zod';
import { CoveyError } from '../errors.ts';
import { balancedSchema } from './balanced.ts';
import { scheduleSchema } from './schedules.ts';
import { takeoverSchema } from './takeover.ts';

/** A key that Consul's older readers can walk: a plain identifier, `-` allowed. */
const text = z.string();

/**
 * The value of `app/<name>` in Consul. The names of the fields are those that the original handler wrote; fields
 * that we do not know are kept as they are.
 */
export const recordSchema = z.looseObject({
  repo_url: text.min(1),
  branch: text.min(1),
  master: text.min(1),
  slave: text.nullish().transform((slave) => slave || null),
  /** Address of the master. */
  ip: text.default(''),
  /** Missing in old records: the folder is then `/deploy/<name>@<deploy_date>`. */
  deploy_id: text.optional(),
  previous_deploy_id: text.nullish(),
  deploy_date: text.default(''),
  /** host[:port] of every site address. */
  domains: z.array(text).default([]),
  /** Comma-separated site addresses. */
  urls: text.default(''),
  caddyfile: text.default(''),
  /** HAPROXY of the app, merged over its services; `ct` filled in. */
  haproxy: z
    .record(text, z.unknown())
    .nullish()
    .transform((value) => value ?? {}),
  /** Service -> name of its container. */
  ct: z
    .record(text, text)
    .nullish()
    .transform((value) => value ?? {}),
  /** Full names of the replicated volumes. */
  volumes: z
    .array(text)
    .nullish()
    .transform((value) => value ?? []),
  /** Of the volumes whose labels say how often something is done; all others go by the defaults. */
  schedules: z.array(scheduleSchema).nullish(),
  /** When the slave takes over by itself; not there, or null: never. */
  takeover: takeoverSchema.nullish(),
  /** The services that run on several nodes, and which; not there, or null: all run on the master alone. */
  balanced: balancedSchema.nullish(),
  /** URLs that are checked besides the site addresses (CONSUL_CHECK_URLS). */
  check_urls: z.array(text).nullish(),
  /** The text of the app's `service.json`: a string, since its keys may be anything. */
  service_json: text.nullish(),
  /** Commit of the release; missing in records that the original wrote. */
  commit: text.optional(),
  /** The last migrate into the app: id of the request, name of the source, and when (UTC). */
  migrated: z.looseObject({ id: text, source: text, date: text }).nullish(),
});

export type AppRecord = z.output<typeof recordSchema>;

/** The site addresses of a record, whose `urls` is one string with commas. */
export function siteUrls({ urls }: Pick<AppRecord, 'urls'>): string[] {
  return urls
    .split(',')
    .map((url) => url.trim())
    .filter((url) => url !== '');
}

/**
 * Reads a record, also one that the original wrote, with raw control characters inside its strings.
 * @throws CoveyError `invalid` naming the record and every field that is wrong.
 */
export function parseRecord(name: string, value: string): AppRecord {
  let json: unknown;
  try {
    json = JSON.parse(escapeControls(value));
  } catch (cause) {
    throw new CoveyError(
      'invalid',
      `The record app/${name} is not valid JSON: ${(cause as Error).message}.`,
      {
        cause,
        hint: `Correct the key app/${name} in Consul, or deploy the app again.`,
      },
    );
  }
  const parsed = recordSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(
    (issue) => `${issue.path.join('.') || 'record'}: ${issue.message}`,
  );
  throw new CoveyError('invalid', `The record app/${name} is not usable: ${problems.join('; ')}.`, {
    hint: `Correct the key app/${name} in Consul, or deploy the app again.`,
  });
}

export function formatRecord(record: AppRecord): string {
  return JSON.stringify(record, null, 2);
}

/** Folder of the deployment that a record names. */
export function deployFolder(
  root: string,
  name: string,
  record: Pick<AppRecord, 'deploy_id' | 'deploy_date'>,
): string {
  return record.deploy_id ? `${root}/${name}-${record.deploy_id}` : `${root}/${name}@${record.deploy_date}`;
}

/**
 * Whether a record's containers have the names that version 1 of compose gave, with "_"; so have the images that it built.
 * Whoever starts them has to ask for those: there are no others, and the routes lead to these.
 */
export function hasUnderscores(project: string, { ct }: Pick<AppRecord, 'ct'>): boolean {
  return Object.entries(ct).some(([service, name]) => name === `${project}_${service}_1`);
}

/** What it takes to start the deployment that a record names. */
export function deploymentOf(root: string, name: string, project: string, record: AppRecord) {
  const underscores = hasUnderscores(project, record);
  return { folder: deployFolder(root, name, record), project, ...(underscores && { underscores }) };
}

/** JSON allows no raw control character inside a string; Python's lenient reader does, and wrote some. */
function escapeControls(value: string): string {
  let out = '';
  let inString = false;
  let escaped = false;
  for (const char of value) {
    if (inString && char < ' ' && !escaped) {
      out += `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
      continue;
    }
    if (escaped) escaped = false;
    else if (inString && char === '\\') escaped = true;
    else if (char === '"') inString = !inString;
    out += char;
  }
  return out;
}
