// Original file: proto/covey/v1/cluster.proto

import type { Long } from '@grpc/proto-loader';

export interface PastRelease {
  /**
   * What `to` of a RollbackRequest names it by.
   */
  'deployId'?: (string);
  /**
   * Unix milliseconds; 0 where its record has no readable date.
   */
  'deployedAt'?: (number | string | Long);
  /**
   * Hash of its git commit.
   */
  'commit'?: (string);
  /**
   * Where it ran.
   */
  'master'?: (string);
  /**
   * When another release took its place (unix milliseconds); 0: it is the present one.
   */
  'endedAt'?: (number | string | Long);
  /**
   * Snapshots of what its volumes held when it ended.
   */
  'snapshots'?: (string)[];
  /**
   * Those of them that the app's master does not hold.
   */
  'missing'?: (string)[];
  /**
   * The app's master has all of its images; else they are built for a rollback.
   */
  'hasImages'?: (boolean);
}

export interface PastRelease__Output {
  /**
   * What `to` of a RollbackRequest names it by.
   */
  'deployId': (string);
  /**
   * Unix milliseconds; 0 where its record has no readable date.
   */
  'deployedAt': (number);
  /**
   * Hash of its git commit.
   */
  'commit': (string);
  /**
   * Where it ran.
   */
  'master': (string);
  /**
   * When another release took its place (unix milliseconds); 0: it is the present one.
   */
  'endedAt': (number);
  /**
   * Snapshots of what its volumes held when it ended.
   */
  'snapshots': (string)[];
  /**
   * Those of them that the app's master does not hold.
   */
  'missing': (string)[];
  /**
   * The app's master has all of its images; else they are built for a rollback.
   */
  'hasImages': (boolean);
}
