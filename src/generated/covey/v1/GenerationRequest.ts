// Original file: proto/covey/v1/peer.proto

import type { Long } from '@grpc/proto-loader';

export interface GenerationRequest {
  'app'?: (string);
  /**
   * Consul's ModifyIndex of the record; 0: the record is gone.
   */
  'generation'?: (number | string | Long);
}

export interface GenerationRequest__Output {
  'app': (string);
  /**
   * Consul's ModifyIndex of the record; 0: the record is gone.
   */
  'generation': (number);
}
