// Original file: proto/covey/v1/peer.proto

import type { Long } from '@grpc/proto-loader';

export interface GenerationRequest {
  /**
   * Name of the app.
   */
  'app'?: (string);
  /**
   * Consul's ModifyIndex of the record; 0: the record is gone.
   */
  'generation'?: (number | string | Long);
}

export interface GenerationRequest__Output {
  /**
   * Name of the app.
   */
  'app': (string);
  /**
   * Consul's ModifyIndex of the record; 0: the record is gone.
   */
  'generation': (number);
}
