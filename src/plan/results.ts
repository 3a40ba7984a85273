import { z } from 'zod';

/** What steps resolve with: plain data, which the journal keeps and later steps are filled in from. */

/** Image reference -> image id. */
export const images = z.record(z.string(), z.string());

export const fetchResult = z.object({ commit: z.string() });

/** The images of the containers that run: name -> id. */
export const retainResult = z.object({ images });

export const adoptResult = z.object({
  /** Volume -> snapshot of what was replaced. */
  kept: z.record(z.string(), z.string()),
});

/** Volume -> snapshot. */
export const snapshotResult = z.object({ snapshots: z.record(z.string(), z.string()) });

/** Of a `send`, all of its rounds together. */
export const sendResult = z.object({ bytes: z.number() });

/** What a node holds of an app. */
export const survey = z.object({
  /** Those of the volumes asked about that exist. */
  volumes: z.array(z.string()),
  /** Images of the containers that exist now. */
  images,
  /** Whether any of its containers runs. */
  running: z.boolean(),
  /** Volume -> its newest snapshot, and when that was made (milliseconds since the epoch). */
  replicas: z.record(z.string(), z.object({ snapshot: z.string(), at: z.number() })).default({}),
  /**
   * Its containers. `spare`: it runs, and nothing that it has written is to outlast it, so that another one may take its place while
   * it runs. `lasting`: it runs, and needs no file of its release. `imageId`: of the image that it runs, as its service; not there where it
   * does not run. A peer of an older version tells none, or not all of it.
   */
  containers: z
    .array(
      z.object({
        id: z.string(),
        service: z.string(),
        name: z.string(),
        /** Name of its image, as in `images`. */
        image: z.string().default(''),
        imageId: z.string().optional(),
        spare: z.boolean(),
        lasting: z.boolean().default(false),
      }),
    )
    .default([]),
  /**
   * Where it was asked: of an app that runs on several nodes, whether its sites are answered here, over TLS with certificates for all
   * hosts. A peer of an older version does not tell.
   */
  answers: z.object({ http: z.boolean(), https: z.boolean() }).optional(),
  /** Whether it lets requests wait while an app is stopped: its settings say so. A peer of an older version cannot. */
  holds: z.boolean().default(false),
  /** Whether containers can be created here before the app comes: it has none of its own. A peer of an older version cannot. */
  creates: z.boolean().default(false),
});

export type Survey = z.output<typeof survey>;
