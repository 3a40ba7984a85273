/** What can happen, by its name, each as a sentence: docs/webhooks.md has the same. */
export const kinds = {
  'node.joined': 'a node has come into the cluster',
  'node.left': 'a node has left it for good',
  'node.lost': 'Consul says that a node has failed, or no node has reached its peer for 5 seconds',
  'node.back': 'a node that was lost is there again',
  'node.version': 'the peer of a node runs another version',
  'reach.lost': 'a node does not reach the peer of another one, though neither is lost',
  'reach.back': 'it reaches it again',
  'app.deployed': 'a record names another release, master or slave',
  'app.takeover': 'a record names another master while the one before is lost',
  'app.changed': 'anything else of a record has changed',
  'app.gone': 'a record was removed',
  'maintenance.on': 'an app, or what a swarm key names, is in maintenance',
  'maintenance.off': 'it is no more',
  'container.started': 'a container of an app runs that did not',
  'container.restarted': 'Docker has started one again by its restart policy',
  'container.died': 'one that ran does not, or is gone',
  'container.unhealthy': 'its healthcheck fails',
  'container.healthy': 'its healthcheck succeeds that did not',
  'quarantine.begun': 'a part of a configuration is refused, and the last good one stays live',
  'quarantine.ended': 'it is refused no more',
  'replication.failed': 'a volume could not be replicated; it is tried again',
  'replication.late': 'the replica of a volume is older than it may be',
  'replication.well': 'it is neither failed nor late any more',
  'data.diverged': 'an old master has kept data that its successor does not have',
  'operation.started': 'an operation on an app has begun to change something',
  'operation.done': 'an operation has ended well',
  'operation.failed': 'an operation has failed, and what it had done is undone, or will be',
  'operation.cancelled': 'an operation was cancelled, and the same goes for it',
  'operation.settled': 'what an operation had left is undone or finished now',
  'consul.lost':
    'the Consul agent of a node does not answer: its peer knows nothing newer of records, members and operations',
  'consul.back': 'it answers again',
  'watch.begun': 'of `covey watch` alone: from here on all is told',
  'watch.missed':
    'of `covey watch` alone: more has happened than was taken, and the oldest of it is not told',
} as const;

export type Kind = keyof typeof kinds;

type Nothing = Record<never, string>;
/** Of a container: `state` as Docker says, or "removed". */
type OfContainer = {
  container: string;
  service: string;
  state: string;
};
type OfRecord = {
  generation: string;
  master: string;
  slave: string;
  commit: string;
  deployId: string;
};
type OfReplica = {
  volume: string;
  slave: string;
};
type OfOperation = {
  operation: string;
  id: string;
  by: string;
};
type Ended = OfOperation & { elapsedMs: string };

/** What else is told of each kind. All are texts; one of which nothing is known is empty. */
interface Details {
  'node.joined': { address: string };
  'node.left': Nothing;
  'node.lost': { cause: 'consul' | 'peer' };
  'node.back': Nothing;
  'node.version': { version: string; before: string };
  'reach.lost': { to: string };
  'reach.back': { to: string };
  'app.deployed': OfRecord & { fromMaster: string; fromSlave: string };
  'app.takeover': OfRecord & { fromMaster: string; fromSlave: string };
  'app.changed': { generation: string };
  'app.gone': Nothing;
  'maintenance.on': Nothing;
  'maintenance.off': Nothing;
  'container.started': OfContainer;
  'container.restarted': OfContainer & { restarts: string };
  'container.died': OfContainer;
  'container.unhealthy': OfContainer;
  'container.healthy': OfContainer;
  'quarantine.begun': { part: string; error: string };
  'quarantine.ended': { part: string };
  'replication.failed': OfReplica;
  'replication.late': OfReplica;
  'replication.well': OfReplica;
  'data.diverged': { volume: string; snapshot: string };
  'operation.started': OfOperation;
  'operation.done': Ended;
  'operation.failed': Ended & { error: string };
  'operation.cancelled': Ended & { error: string };
  'operation.settled': { operation: string; id: string; outcome: string };
  'consul.lost': Nothing;
  'consul.back': Nothing;
  'watch.begun': Nothing;
  'watch.missed': { count: string };
}

/** One thing that has happened. */
export type Occurrence = {
  [K in Kind]: {
    kind: K;
    /** When it was seen, in unix ms; of operations when it was so. */
    at: number;
    /** App that it is about. */
    app?: string;
    /** Node that it is about; of operations the one whose peer ran it. */
    node?: string;
    /** For people: one sentence, with the names in it. */
    text: string;
    details: Details[K];
  };
}[Kind];
