// Original file: proto/covey/v1/cluster.proto


export interface EventsRequest {
  /**
   * Only the newest so many, 1 to 1000. 0: 20.
   */
  'limit'?: (number);
}

export interface EventsRequest__Output {
  /**
   * Only the newest so many, 1 to 1000. 0: 20.
   */
  'limit': (number);
}
