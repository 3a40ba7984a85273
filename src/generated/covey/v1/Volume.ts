// Original file: proto/covey/v1/cluster.proto

import type { DivergedSnapshot as _covey_v1_DivergedSnapshot, DivergedSnapshot__Output as _covey_v1_DivergedSnapshot__Output } from '../../covey/v1/DivergedSnapshot.ts';
import type { Long } from '@grpc/proto-loader';

/**
 * A replicated volume of an app. Times are unix milliseconds, 0 where there is none.
 */
export interface Volume {
  /**
   * Name of the app.
   */
  'app'?: (string);
  /**
   * Full name, for example "foobarmasterddb14_data".
   */
  'volume'?: (string);
  /**
   * Node that runs the app.
   */
  'master'?: (string);
  /**
   * Empty: none.
   */
  'slave'?: (string);
  /**
   * The newest snapshot on the master; while the master does not answer, on the slave.
   */
  'lastSnapshot'?: (string);
  /**
   * When that was made.
   */
  'lastSnapshotAt'?: (number | string | Long);
  /**
   * When the slave was last known to have the volume's state. While the master does not answer: the time of the
   * newest snapshot that the slave has.
   */
  'lastReplicatedAt'?: (number | string | Long);
  /**
   * How old that is, in milliseconds; -1 without a slave, and where it never was replicated.
   */
  'lagMs'?: (number | string | Long);
  /**
   * From one replication to the next, in milliseconds; 0: never, by label or without a slave.
   */
  'intervalMs'?: (number | string | Long);
  /**
   * Why the last replication failed; empty after one that went well.
   */
  'error'?: (string);
  /**
   * Data that an old master had and the present one does not, kept on any node.
   */
  'diverged'?: (_covey_v1_DivergedSnapshot)[];
}

/**
 * A replicated volume of an app. Times are unix milliseconds, 0 where there is none.
 */
export interface Volume__Output {
  /**
   * Name of the app.
   */
  'app': (string);
  /**
   * Full name, for example "foobarmasterddb14_data".
   */
  'volume': (string);
  /**
   * Node that runs the app.
   */
  'master': (string);
  /**
   * Empty: none.
   */
  'slave': (string);
  /**
   * The newest snapshot on the master; while the master does not answer, on the slave.
   */
  'lastSnapshot': (string);
  /**
   * When that was made.
   */
  'lastSnapshotAt': (number);
  /**
   * When the slave was last known to have the volume's state. While the master does not answer: the time of the
   * newest snapshot that the slave has.
   */
  'lastReplicatedAt': (number);
  /**
   * How old that is, in milliseconds; -1 without a slave, and where it never was replicated.
   */
  'lagMs': (number);
  /**
   * From one replication to the next, in milliseconds; 0: never, by label or without a slave.
   */
  'intervalMs': (number);
  /**
   * Why the last replication failed; empty after one that went well.
   */
  'error': (string);
  /**
   * Data that an old master had and the present one does not, kept on any node.
   */
  'diverged': (_covey_v1_DivergedSnapshot__Output)[];
}
