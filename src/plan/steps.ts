import { z } from 'zod';
import { certificatesAction } from './certificates-action.ts';
import { containerActions } from './container-actions.ts';
import { cutoverActions } from './cutover-actions.ts';
import { fenceAction } from './fence-action.ts';
import { images } from './results.ts';

/** A deployment of an app on a node: a folder below the deploy root, and its compose project. */
const deployment = z.object({ folder: z.string(), project: z.string() });

/**
 * Everything that a node can be asked to do. A step is data: it prints, it travels, it can be run twice without
 * harm, and it can be undone whether it had finished, had begun or had never run.
 */
export const actionSchema = z.discriminatedUnion('kind', [
  /** Puts one commit into the folder. Undo: removes the folder. Result: `fetchResult`. */
  deployment.extend({
    kind: z.literal('fetch'),
    repo: z.string(),
    branch: z.string(),
    /** Empty: what the branch points to, which only git knows. */
    commit: z.string(),
    /** The node whose folder of the same name is taken; empty: git. The default is for journals of an older version. */
    from: z.string().default(''),
    /** Name of the folder that is taken there, where it is another one. */
    release: z.string().optional(),
  }),
  /**
   * Reads what the fetched release is, and finds everything that is wrong with it; beside the release in the folder `before`, if one is
   * named, which runs there. Result: `releaseSchema`.
   */
  deployment.extend({ kind: z.literal('inspect'), commit: z.string(), before: z.string().optional() }),
  /** Looks what the node holds of an app. Result: `survey`. */
  z.object({
    kind: z.literal('survey'),
    name: z.string(),
    project: z.string(),
    volumes: z.array(z.string()),
    /** Also look for the newest snapshot of each volume. */
    replicas: z.boolean().default(false),
    /** Also ask whether its sites are answered here. */
    answers: z.boolean().optional(),
  }),
  ...containerActions, // build, stop, start, balance
  /** Lets the node's own Caddy and HAProxy judge the app's part of the configuration. */
  z.object({ kind: z.literal('check'), name: z.string(), record: z.string() }),
  certificatesAction, // nothing to undo
  /**
   * Keeps a snapshot of each volume that is there, put aside where there is a label. Undo: puts them back to it, those put
   * aside only where another one has taken the volume's place. The containers of the project are stopped before, as a peer
   * that came back may have started them. Result: `snapshotResult`.
   */
  z.object({
    kind: z.literal('snapshot'),
    volumes: z.array(z.string()),
    label: z.string().optional(),
    /** The journal of an older version does not say it. */
    project: z.string().optional(),
  }),
  /** Keeps a plain snapshot of each volume for people, of a running app too: nothing to undo. Result: `snapshotResult`. */
  z.object({ kind: z.literal('keep'), volumes: z.array(z.string()) }),
  /**
   * Puts snapshots in the place of volumes, whose state the step `from` has kept: then that step's undo puts it back. Undo:
   * removes those that were not there, the containers of the project being stopped.
   */
  z.object({
    kind: z.literal('restore'),
    /** Empty: the volumes are no app's. */
    project: z.string(),
    /** Volume -> snapshot, which may be one of another volume. */
    snapshots: z.record(z.string(), z.string()),
    /** Volume -> what keeps its present state; filled in from the result of the step `from`, if one is named. */
    kept: z.record(z.string(), z.string()),
    from: z.string(),
    /** Those of the volumes that are on the node already. */
    present: z.array(z.string()),
    /** Where volumes of another app are put in place: volume -> volume of that app, whose snapshot the step `from` gives. */
    of: z.object({ from: z.string(), volumes: z.record(z.string(), z.string()) }).optional(),
  }),
  /**
   * Gives restored snapshots names that are later than all of their volumes, unless they are the newest: what is sent, and
   * taken over from, is the newest by name. Result: `snapshotResult`, volume -> its newest.
   */
  z.object({ kind: z.literal('promote'), snapshots: z.array(z.string()) }),
  /** A writable copy. Nothing to undo: it is made whole or not at all, and what is there may be somebody else's. */
  z.object({ kind: z.literal('clone'), volume: z.string(), to: z.string() }),
  /**
   * Sends the present state of each volume to another node; the newest snapshot that both have decides how much crosses.
   * What lands there is snapshots, which do no harm, so there is nothing to undo. Result: `snapshotResult`,
   * those of the last round, and the `bytes` of all rounds.
   */
  z.object({
    kind: z.literal('send'),
    volumes: z.array(z.string()),
    to: z.string(),
    /**
     * How often at most: while the app runs, what it writes meanwhile is sent as well, as long as that gets less. The
     * journal of a peer from before there were rounds says nothing of them, and has to stay readable.
     */
    rounds: z.int().positive().default(1),
    /** Volume -> snapshot that is sent instead of the present state; filled in from the result of the step `from`. */
    snapshots: z.record(z.string(), z.string()).optional(),
    from: z.string().optional(),
    /** The other node keeps it for one operation only, so neither side pins it as what both have in common. */
    passing: z.boolean().optional(),
    /** The operation that it lands for, where that is another app's; filled in by the coordinator. */
    landsFor: z.object({ app: z.string(), fence: z.number() }).optional(),
  }),
  /**
   * Says before they are sent which snapshots of another app come to this node for this operation alone. Undo: removes them.
   * Result: `snapshotResult`.
   */
  z.object({
    kind: z.literal('expect'),
    /** Filled in from the result of the step `from`. */
    snapshots: z.record(z.string(), z.string()),
    from: z.string(),
  }),
  /** Removes what came for this operation alone, filled in as in `expect`. Undone by nothing: it comes after the commit. */
  z.object({ kind: z.literal('drop'), snapshots: z.record(z.string(), z.string()), from: z.string() }),
  /**
   * Makes sent snapshots the live volumes of this node. Undo: removes them, or puts back what was there (`present`), and
   * before that the containers of the `project`. Result: `adoptResult`.
   */
  z.object({
    kind: z.literal('adopt'),
    volumes: z.array(z.string()),
    /** Volume -> snapshot; filled in from the result of the step `from` when its turn comes, if one is named. */
    snapshots: z.record(z.string(), z.string()),
    from: z.string(),
    /** Those of the volumes that are on the node already. */
    present: z.array(z.string()),
    /** Where its containers are created before, and hold on to the volumes. */
    project: z.string().optional(),
  }),
  /**
   * Runs a script of the release if it is there. Undo: removes the containers and the new volumes that it made; what it
   * did to the data of others the snapshots undo.
   */
  deployment.extend({
    kind: z.literal('script'),
    script: z.string(),
    args: z.array(z.string()),
    newVolumes: z.array(z.string()),
  }),
  ...cutoverActions, // hold, drain, health
  /**
   * Gives the images of the project's containers, and further ones, a name that keeps them from a `docker image prune`.
   * Nothing to undo: the next `prune` takes away what no release needs. Those of ids in `except` do not count, and what is called as in
   * `names` does too, whether or not a container uses it. Result: `retainResult`.
   */
  z.object({
    kind: z.literal('retain'),
    project: z.string(),
    images,
    except: z.array(z.string()).optional(),
    names: z.array(z.string()).optional(),
  }),
  /** Takes these names from all images but those of the ids `keep` and those that containers of the project use. */
  z.object({ kind: z.literal('prune'), project: z.string(), keep: z.array(z.string()) }),
  /**
   * Registers the app's service with Consul, with a check of each URL (null: takes it away). Undo: `before` in the same
   * way. A `definition`, the text of a service.json, stands in for the URLs; the defaults are for journals of an older version.
   */
  z.object({
    kind: z.literal('register'),
    name: z.string(),
    urls: z.array(z.string()).nullable(),
    definition: z.string().default(''),
    before: z.array(z.string()).nullable(),
    definitionBefore: z.string().default(''),
  }),
  /**
   * Puts the app into maintenance, where it is not in it, or ends what the operation of that id has begun. Undo of the
   * former: the latter. Run by the coordinator, on behalf of the node whose undo must come first.
   */
  z.object({ kind: z.literal('maintenance'), on: z.boolean(), operation: z.string() }),
  fenceAction, // nothing to undo; run by the coordinator
  /** Gives back the lock of another app, whose data this operation has taken. Nothing to undo. Run by the coordinator. */
  z.object({ kind: z.literal('unlock'), app: z.string() }),
  /** Compare-and-set of the record, if the operation changes it, and of the journal. Run by the coordinator. */
  z.object({ kind: z.literal('commit') }),
  /** Waits until every live node serves the new generation. Run by the coordinator. */
  z.object({ kind: z.literal('acknowledge') }),
  /** Removes what the app no longer needs on a node. A live volume leaves a snapshot. */
  deployment.extend({
    kind: z.literal('clear'),
    name: z.string(),
    /** Remove the project's containers and the volumes that are not replicated. */
    everything: z.boolean(),
    /** Replicated volumes to remove. */
    volumes: z.array(z.string()),
    /**
     * Another node has become the app's master without this one: what is removed may be newer than what it runs on, so
     * what it does not have is put aside as `diverged`. Empty: nothing like that has happened.
     */
    leftTo: z.string().default(''),
  }),
]);

export type Action = z.output<typeof actionSchema>;
export type ActionKind = Action['kind'];

/** A step of a plan: what is done, and where. */
export interface Step {
  /** Unique in the plan, for example `build@node1`. */
  id: string;
  node: string;
  /** One line for people. */
  title: string;
  afterCommit: boolean;
  action: Action;
  /** The app whose data it takes, where that is not the plan's. Its lock fences the step, and there is nothing to undo. */
  app?: string | undefined;
}

export const operationName = z.enum([
  'deploy',
  'destroy',
  'snapshot',
  'restore',
  'clone',
  'migrate',
  'rollback',
]);
export type OperationName = z.output<typeof operationName>;

/** An operation as data: it prints, it is streamed, it is undone from its end to its beginning. */
export interface Plan {
  app: string;
  operation: OperationName;
  steps: Step[];
  warnings: string[];
  /** Of a restore: the snapshots that it puts in place. */
  restores?: readonly string[];
  /** Of a rollback: the deploy id of the release that it goes back to. */
  target?: string;
  /** Of a rollback: the deploy id of the release that it goes back from. */
  current?: string;
  /** Of what commits a release: where what is kept of it gets the images and the data from. */
  sources?: ReleaseSources;
}

export interface ReleaseSources {
  /** Step whose result is a `retainResult`. */
  images: string;
  /** What the volumes of the release that goes held: the step whose result is a `snapshotResult`, or the snapshots. */
  data: { from: string; snapshots: Readonly<Record<string, string>> };
}
