// Original file: proto/covey/v1/cluster.proto

import type { Long } from '@grpc/proto-loader';

/**
 * What a node has of a replicated volume. Times are unix milliseconds, 0 where there is none.
 */
export interface VolumeStatus {
  /**
   * Full name of the volume.
   */
  'volume'?: (string);
  /**
   * Name of the app.
   */
  'app'?: (string);
  /**
   * The volume itself is there, not only snapshots.
   */
  'live'?: (boolean);
  /**
   * Number of snapshots, of all kinds.
   */
  'snapshots'?: (number);
  /**
   * The newest plain snapshot; empty: none.
   */
  'newest'?: (string);
  /**
   * When that was made.
   */
  'newestAt'?: (number | string | Long);
  /**
   * Snapshots put aside when this node, an old master, came back with data that its successor does not have.
   */
  'diverged'?: (string)[];
  /**
   * On the master: the slave; empty otherwise, and so is what follows.
   */
  'replicatedTo'?: (string);
  /**
   * When the slave was last known to have the volume's state.
   */
  'replicatedAt'?: (number | string | Long);
  /**
   * From one replication to the next, in milliseconds; 0: never.
   */
  'intervalMs'?: (number | string | Long);
  /**
   * Why the last one failed; empty after one that went well.
   */
  'replicationError'?: (string);
}

/**
 * What a node has of a replicated volume. Times are unix milliseconds, 0 where there is none.
 */
export interface VolumeStatus__Output {
  /**
   * Full name of the volume.
   */
  'volume': (string);
  /**
   * Name of the app.
   */
  'app': (string);
  /**
   * The volume itself is there, not only snapshots.
   */
  'live': (boolean);
  /**
   * Number of snapshots, of all kinds.
   */
  'snapshots': (number);
  /**
   * The newest plain snapshot; empty: none.
   */
  'newest': (string);
  /**
   * When that was made.
   */
  'newestAt': (number);
  /**
   * Snapshots put aside when this node, an old master, came back with data that its successor does not have.
   */
  'diverged': (string)[];
  /**
   * On the master: the slave; empty otherwise, and so is what follows.
   */
  'replicatedTo': (string);
  /**
   * When the slave was last known to have the volume's state.
   */
  'replicatedAt': (number);
  /**
   * From one replication to the next, in milliseconds; 0: never.
   */
  'intervalMs': (number);
  /**
   * Why the last one failed; empty after one that went well.
   */
  'replicationError': (string);
}
