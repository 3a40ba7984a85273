import { z } from 'zod';
import { CoveyError } from '../errors.ts';
import { identify } from './identity.ts';

const repo = z.string().trim().min(1);
const branch = z.string().trim().min(1);

/** What the events of operators carry, by their names. */
const payloads = {
  deploy: z.object({
    repo,
    branch,
    master: z.string().min(1),
    slave: z.string().nullish(),
    update: z.boolean().default(false),
  }),
  destroy: z.object({ repo, branch }),
  migrate: z
    .object({
      repo,
      branch,
      target: z.object({ repo: repo.nullish(), branch: branch.nullish() }),
      update: z.boolean().default(true),
    })
    .refine((payload) => !isSame(appsOf(payload)), 'source and target are the same app'),
};

const formats = {
  deploy: '{"repo": "…", "branch": "…", "master": "…", "slave": "…" (optional), "update": true (optional)}',
  destroy: '{"repo": "…", "branch": "…"}',
  migrate:
    '{"repo": "…", "branch": "…", "target": {"repo": "…", "branch": "…" (one may be left out)}, "update": false (optional)}',
};

type EventName = keyof typeof payloads;

/** What an event asks for. */
export type EventRequest = {
  [K in EventName]: { name: K; payload: z.output<(typeof payloads)[K]> };
}[EventName];

/** An event as it was fired. */
interface Fired {
  name: string;
  /** JSON. */
  payload: string;
}

/**
 * What an event asks for.
 * @throws CoveyError `invalid`; its hint says what is wrong with a payload
 */
export function readEvent({ name, payload }: Fired): EventRequest {
  if (!isKnown(name)) {
    throw new CoveyError('invalid', `Unknown event name: ${name}`, {
      hint: `Events are: ${Object.keys(payloads).join(', ')}.`,
    });
  }
  const json = parseJson(payload);
  const parsed = payloads[name].safeParse(json);
  if (parsed.success) return { name, payload: parsed.data } as EventRequest;
  const problems = parsed.error.issues.map(
    ({ path, message }) => `${path.join('.') || 'payload'}: ${message}`,
  );
  throw new CoveyError('invalid', `Wrong event payload format. Please provide json: ${formats[name]}`, {
    hint: json === undefined ? 'It is not JSON.' : `${problems.join('; ')}.`,
  });
}

/** Names of the apps that an event is about, by the rule alone; none where they cannot be told. */
export function appsOfEvent({ name, payload }: Fired): string[] {
  const json = parseJson(payload);
  const target = payloads.migrate.safeParse(json);
  if (target.success && name === 'migrate') return appsOf(target.data);
  const parsed = z.object({ repo, branch }).safeParse(json);
  return parsed.success ? appsOf(parsed.data) : [];
}

function isKnown(name: string): name is EventName {
  return Object.hasOwn(payloads, name);
}

interface Meant {
  repo: string;
  branch: string;
  target?: { repo?: string | null | undefined; branch?: string | null | undefined };
}

/** The apps of an event: what a target omits is that of the source. None where they cannot be told from what is given. */
function appsOf({ repo: url, branch: name, target }: Meant): string[] {
  try {
    const own = identify(url, name).name;
    return target ? [own, identify(target.repo ?? url, target.branch ?? name).name] : [own];
  } catch {
    return []; // the event's operation says what is wrong with it
  }
}

function isSame([source, target]: readonly string[]): boolean {
  return source !== undefined && source === target;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // the caller says what is expected
  }
}
