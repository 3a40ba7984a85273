// Original file: proto/covey/v1/cluster.proto


export interface EventRequest {
  /**
   * "deploy", "destroy" or "migrate". Required.
   */
  'name'?: (string);
  /**
   * JSON, about 400 bytes of it: docs/operations.md says what is in it. Required.
   */
  'payload'?: (string);
  /**
   * Go on until it is done or has failed.
   */
  'wait'?: (boolean);
}

export interface EventRequest__Output {
  /**
   * "deploy", "destroy" or "migrate". Required.
   */
  'name': (string);
  /**
   * JSON, about 400 bytes of it: docs/operations.md says what is in it. Required.
   */
  'payload': (string);
  /**
   * Go on until it is done or has failed.
   */
  'wait': (boolean);
}
