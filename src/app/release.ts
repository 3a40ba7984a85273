import { z } from 'zod';
import { askedBalance } from './balanced.ts';
import { takeoverSchema } from './takeover.ts';

/** One volume that a release declares. */
const volume = z.object({
  /** Name in the compose file. */
  short: z.string(),
  /** Name that Docker knows, usually `project_short`. */
  full: z.string(),
  driver: z.string(),
  /** True where our driver keeps it: it moves with the app. */
  replicated: z.boolean(),
  labels: z.record(z.string(), z.string()),
});

/** What may come up beside the release before. */
const swap = z.object({
  services: z.array(z.string()),
  /** The others, which stay as they run; and those of them that can't, so that nothing may. */
  kept: z.array(z.string()),
  changed: z.array(z.string()),
  /** A label asks for it. */
  asked: z.boolean(),
});

/**
 * What a checked-out commit of an application is, as far as the cluster has to know: read once on the node that
 * runs it, then plain data.
 */
export const releaseSchema = z.object({
  commit: z.string(),
  /** Service -> container. */
  containers: z.record(z.string(), z.string()),
  volumes: z.array(volume),
  /** CADDYFILEs of all services, `$CONTAINER` replaced; empty where there is none. */
  caddyfile: z.string(),
  /** Site addresses as URLs. */
  urls: z.array(z.string()),
  /** host[:port] of the site addresses. */
  domains: z.array(z.string()),
  /** HAPROXY of all services merged, `ct` filled in; empty where there is none. */
  haproxy: z.record(z.string(), z.unknown()),
  hasUpdateScript: z.boolean(),
  hasPostMigrateScript: z.boolean().default(false),
  /** URLs to check besides the site addresses. This default, the one before and the next are for journals of an older version. */
  checkUrls: z.array(z.string()).default([]),
  /** The text of `service.json`; empty where there is none. */
  serviceJson: z.string().default(''),
  /** Whether its slave may take over by itself. */
  takeover: takeoverSchema.nullish(),
  /** What may be done without a stop. A peer of an older version does not tell. */
  swap: swap.nullish(),
  /** The services that run on several nodes. */
  balanced: askedBalance.nullish(),
  /**
   * The services whose images are built; and of the others those that are made as in the release that runs there. A peer of an older
   * version tells none.
   */
  built: z.array(z.string()).default([]),
  unchanged: z.array(z.string()).default([]),
});

export type Release = z.output<typeof releaseSchema>;
export type Swap = z.output<typeof swap>;
export type Volume = z.output<typeof volume>;
