import { z } from 'zod';

/**
 * Takes the certificates of these hosts, with their keys, from what the Caddy of `node` keeps. Nothing to undo: where
 * the app does not come they lie unused, and what ends later is never replaced.
 */
export const certificatesAction = z.object({
  kind: z.literal('certificates'),
  node: z.string(),
  hosts: z.array(z.string()),
});
