// Original file: proto/covey/v1/cluster.proto

import type { Long } from '@grpc/proto-loader';

export interface Outcome {
  /**
   * Name of the app.
   */
  'app'?: (string);
  /**
   * That of the app's release, which the operation may have left as it was; empty where its record has none.
   */
  'deployId'?: (string);
  /**
   * Consul's ModifyIndex of the app's record: the generation that every node serves.
   */
  'generation'?: (number | string | Long);
  /**
   * Time that the operation took, in milliseconds.
   */
  'elapsedMs'?: (number | string | Long);
  /**
   * Live nodes that had not acknowledged the generation in time.
   */
  'silentNodes'?: (string)[];
  /**
   * Of a snapshot, a restore or a migrate: the snapshots that were made of what the volumes held.
   */
  'snapshots'?: (string)[];
  /**
   * Bytes of volumes that went from node to node, in all steps together.
   */
  'sentBytes'?: (number | string | Long);
}

export interface Outcome__Output {
  /**
   * Name of the app.
   */
  'app': (string);
  /**
   * That of the app's release, which the operation may have left as it was; empty where its record has none.
   */
  'deployId': (string);
  /**
   * Consul's ModifyIndex of the app's record: the generation that every node serves.
   */
  'generation': (number);
  /**
   * Time that the operation took, in milliseconds.
   */
  'elapsedMs': (number);
  /**
   * Live nodes that had not acknowledged the generation in time.
   */
  'silentNodes': (string)[];
  /**
   * Of a snapshot, a restore or a migrate: the snapshots that were made of what the volumes held.
   */
  'snapshots': (string)[];
  /**
   * Bytes of volumes that went from node to node, in all steps together.
   */
  'sentBytes': (number);
}
