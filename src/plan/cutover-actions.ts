import { z } from 'zod';
import { upstreamSchema } from '../app/sites.ts';

/** Where the app's sites send requests; the default is for journals of an older version. */
const sites = z.array(upstreamSchema).default([]);

/** Service -> id of the image with which it is known to run; null: with whichever it has now. */
const known = z.record(z.string(), z.string().nullable());
export type Known = z.output<typeof known>;

/** What keeps visitors from noticing that an app is stopped and started again. */
export const cutoverActions = [
  /**
   * Lets the requests for the app wait on the node `to`, instead of on the step's, which serves it. Undo: lets them go on to the
   * step's node, which has the old release again by then. Run by the coordinator, on behalf of that node.
   */
  z.object({ kind: z.literal('hold'), to: z.string() }),
  /**
   * Waits, no longer than its bound, until nothing is under way from Caddy to the containers of the project. `flush`: has what the
   * kernel holds of volumes written out meanwhile, since a snapshot after the stop would wait for it. Undo: waits until the
   * release whose `sites` these are answers again, so that those who wait do not come too early.
   */
  z.object({ kind: z.literal('drain'), project: z.string(), sites, flush: z.boolean().optional() }),
  /**
   * Waits until the containers run and are healthy, and those without a healthcheck that `sites` names answer. Those of ids in `except`
   * do not count. While requests wait, one that hangs is given up in time for them.
   */
  z.object({
    kind: z.literal('health'),
    folder: z.string(),
    project: z.string(),
    sites,
    except: z.array(z.string()).optional(),
    /** Those without a healthcheck need not run for as long as others. The journal of an older version knows of none. */
    known: known.optional(),
    /** Where requests wait: for how long they have done so, in milliseconds. Filled in by the coordinator. */
    waited: z.number().nonnegative().optional(),
  }),
] as const;
