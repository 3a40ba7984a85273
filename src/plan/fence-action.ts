import { z } from 'zod';

/**
 * Takes the lease of a lost master from it, if it was not renewed since this was last seen: its peer can't renew it any
 * more, and finds when it is back that it is not to run what it had.
 */
export const fenceAction = z.object({
  kind: z.literal('fence'),
  /** Node whose lease it is. */
  holder: z.string(),
  /** Life of its peer, and which renewal of that one was the last. */
  incarnation: z.string(),
  counter: z.number(),
  /** When the master has stopped what it runs, by the coordinator's own clock (`whileAwake`): it is waited for. */
  notBefore: z.number(),
});

export type FenceAction = z.output<typeof fenceAction>;
