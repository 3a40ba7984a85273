// Original file: proto/covey/v1/cluster.proto


export interface HistoryRequest {
  /**
   * Name of the app. Empty: all.
   */
  'app'?: (string);
  /**
   * Only the newest so many, 1 to 1000. 0: 20.
   */
  'limit'?: (number);
}

export interface HistoryRequest__Output {
  /**
   * Name of the app. Empty: all.
   */
  'app': (string);
  /**
   * Only the newest so many, 1 to 1000. 0: 20.
   */
  'limit': (number);
}
