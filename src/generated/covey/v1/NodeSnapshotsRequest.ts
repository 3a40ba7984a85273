// Original file: proto/covey/v1/peer.proto


export interface NodeSnapshotsRequest {
  /**
   * The app's compose project: snapshots of all volumes whose names begin with it and "_".
   */
  'project'?: (string);
  /**
   * Further volumes.
   */
  'volumes'?: (string)[];
  /**
   * Ids of images that may be here too.
   */
  'images'?: (string)[];
}

export interface NodeSnapshotsRequest__Output {
  /**
   * The app's compose project: snapshots of all volumes whose names begin with it and "_".
   */
  'project': (string);
  /**
   * Further volumes.
   */
  'volumes': (string)[];
  /**
   * Ids of images that may be here too.
   */
  'images': (string)[];
}
