// Original file: proto/covey/v1/peer.proto

import type { Long } from '@grpc/proto-loader';

export interface StepRequest {
  /**
   * Name of the app.
   */
  'app'?: (string);
  /**
   * Fencing number of the app's lock. A node refuses one lower than it has seen for this app.
   */
  'fence'?: (number | string | Long);
  /**
   * The operation that this step belongs to.
   */
  'operationId'?: (string);
  /**
   * JSON of one action (src/plan/steps.ts), validated on arrival.
   */
  'action'?: (string);
  /**
   * JSON of the action's result, for UndoStep where it is known.
   */
  'result'?: (string);
}

export interface StepRequest__Output {
  /**
   * Name of the app.
   */
  'app': (string);
  /**
   * Fencing number of the app's lock. A node refuses one lower than it has seen for this app.
   */
  'fence': (number);
  /**
   * The operation that this step belongs to.
   */
  'operationId': (string);
  /**
   * JSON of one action (src/plan/steps.ts), validated on arrival.
   */
  'action': (string);
  /**
   * JSON of the action's result, for UndoStep where it is known.
   */
  'result': (string);
}
