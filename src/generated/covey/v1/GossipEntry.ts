// Original file: proto/covey/v1/peer.proto

import type { Long } from '@grpc/proto-loader';

export interface GossipEntry {
  /**
   * What it is about; at most one entry of a key is held.
   */
  'key'?: (string);
  /**
   * Of the change that wrote it, counted by the node from 1 in each run.
   */
  'version'?: (number | string | Long);
  /**
   * JSON. Not set: the key is deleted.
   */
  'value'?: (string);
  '_value'?: "value";
}

export interface GossipEntry__Output {
  /**
   * What it is about; at most one entry of a key is held.
   */
  'key': (string);
  /**
   * Of the change that wrote it, counted by the node from 1 in each run.
   */
  'version': (number);
  /**
   * JSON. Not set: the key is deleted.
   */
  'value'?: (string);
  '_value'?: "value";
}
