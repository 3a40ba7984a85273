// Original file: proto/covey/v1/peer.proto


export interface ReleaseRequest {
  /**
   * Name of the app.
   */
  'app'?: (string);
  /**
   * Name of the release's folder below the deploy root, which has to be one of the app's.
   */
  'folder'?: (string);
}

export interface ReleaseRequest__Output {
  /**
   * Name of the app.
   */
  'app': (string);
  /**
   * Name of the release's folder below the deploy root, which has to be one of the app's.
   */
  'folder': (string);
}
