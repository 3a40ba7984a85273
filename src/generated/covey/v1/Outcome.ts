// Original file: proto/covey/v1/cluster.proto

import type { Long } from '@grpc/proto-loader';

export interface Outcome {
  'app'?: (string);
  'deployId'?: (string);
  /**
   * Consul's ModifyIndex of the app's record: the generation that every node serves.
   */
  'generation'?: (number | string | Long);
  'elapsedMs'?: (number | string | Long);
  /**
   * Live nodes that had not acknowledged the generation in time.
   */
  'silentNodes'?: (string)[];
  /**
   * Of a snapshot, a restore or a migrate: the snapshots that were made of what the volumes held.
   */
  'snapshots'?: (string)[];
}

export interface Outcome__Output {
  'app': (string);
  'deployId': (string);
  /**
   * Consul's ModifyIndex of the app's record: the generation that every node serves.
   */
  'generation': (number);
  'elapsedMs': (number);
  /**
   * Live nodes that had not acknowledged the generation in time.
   */
  'silentNodes': (string)[];
  /**
   * Of a snapshot, a restore or a migrate: the snapshots that were made of what the volumes held.
   */
  'snapshots': (string)[];
}
