// Original file: proto/covey/v1/cluster.proto


export interface WatchRequest {
  /**
   * Only what is about this app. Empty: all.
   */
  'app'?: (string);
  /**
   * Only what is about this node; of operations the one whose peer runs it. Empty: all.
   */
  'node'?: (string);
  /**
   * Only these kinds, by name, as "container.died", or by its first part, as "container". Empty: all.
   */
  'kinds'?: (string)[];
}

export interface WatchRequest__Output {
  /**
   * Only what is about this app. Empty: all.
   */
  'app': (string);
  /**
   * Only what is about this node; of operations the one whose peer runs it. Empty: all.
   */
  'node': (string);
  /**
   * Only these kinds, by name, as "container.died", or by its first part, as "container". Empty: all.
   */
  'kinds': (string)[];
}
