// Original file: proto/covey/v1/peer.proto

import type { Long } from '@grpc/proto-loader';

export interface GossipEntry {
  'key'?: (string);
  'version'?: (number | string | Long);
  /**
   * JSON. Not set: the key is deleted.
   */
  'value'?: (string);
  '_value'?: "value";
}

export interface GossipEntry__Output {
  'key': (string);
  'version': (number);
  /**
   * JSON. Not set: the key is deleted.
   */
  'value'?: (string);
  '_value'?: "value";
}
