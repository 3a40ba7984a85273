import { z } from 'zod';
import { images } from './results.ts';

const deployment = { folder: z.string(), project: z.string() };

/** Containers and images of the folder are named as version 1 of compose did: `hasUnderscores` of the record. */
const underscores = z.boolean().optional();
/** Images that are here are not pulled: a takeover must not wait for a registry. */
const missing = z.boolean().optional();
/** Those that a node has which is not the app's master, or that a deploy replaces; absent: all. */
const services = z.array(z.string()).optional();

/** Ids of containers. */
const ids = z.array(z.string());
/** Service -> container. */
const ct = z.record(z.string(), z.string());

/** What makes, starts and stops containers of a release. */
export const containerActions = [
  /**
   * Pulls and builds the images, or gives those of an earlier release (`reuse`) their names back. Undo: `images`, those
   * that run now, get their names back.
   */
  z.object({ kind: z.literal('build'), ...deployment, images, reuse: images.default({}), missing, services }),
  /** Stops what runs. Undo: gives the images their names back and, if it was running, starts it again. */
  z.object({ kind: z.literal('stop'), ...deployment, images, running: z.boolean(), underscores, services }),
  /**
   * Creates the containers of an app that another node is master of, and starts none. Volumes that come from there are provisional
   * meanwhile, and only this step may mount them. Undo: removes the containers, those volumes while they are provisional,
   * and the volumes that were new.
   */
  z.object({
    kind: z.literal('create'),
    ...deployment,
    /** None of them is on the node. */
    volumes: z.array(z.string()),
    /** Volume -> snapshot that it is made of; filled in from the result of the step `from`, if one is named. */
    snapshots: z.record(z.string(), z.string()),
    from: z.string(),
    newVolumes: z.array(z.string()),
    /** update.sh comes after it, and may make what is still missing: so a failure is told, and no more. */
    scripted: z.boolean(),
  }),
  /** Creates and starts the containers. Undo: removes them, and the volumes that were new. */
  z.object({
    kind: z.literal('start'),
    ...deployment,
    newVolumes: z.array(z.string()),
    underscores,
    services,
  }),
  /**
   * Starts the containers of a release while those that are there, `old`, run on: so many of each service in all. Undo: removes all
   * but those.
   */
  z.object({ kind: z.literal('beside'), ...deployment, old: ids, scale: z.record(z.string(), z.int()) }),
  /**
   * From the record on that comes after the generation `index`, Caddy here sends what is for a container in `ct` (service -> name) to
   * the one beside it, which gets that name only when the old one is gone. Undo: takes that back.
   */
  z.object({
    kind: z.literal('stand-in'),
    name: z.string(),
    project: z.string(),
    old: ids,
    ct,
    index: z.int(),
  }),
  /**
   * Waits until the containers `old` have answered what they were asked, stops and removes them, gives their names to those that
   * came beside them, and ends the `stand-in`, which is made once more before: a peer that was started anew knows of none. Nothing to
   * undo: it is done after the commit.
   */
  z.object({
    kind: z.literal('retire'),
    name: z.string(),
    project: z.string(),
    old: ids,
    ct,
    index: z.int(),
  }),
  /**
   * Takes the node out of the balance of an app that runs on several, and resolves when no HAProxy sends it anything new and nothing is
   * under way there. Or puts it in again, with the release of `record` until that is recorded, that is as long as the record is of the
   * generation `index` (empty: with the one that is recorded), and resolves when it answers and all know. Undo: the other one.
   */
  z.object({
    kind: z.literal('balance'),
    name: z.string(),
    project: z.string(),
    in: z.boolean(),
    record: z.string(),
    index: z.int(),
  }),
] as const;
