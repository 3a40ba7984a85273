// Original file: proto/covey/v1/peer.proto


export interface NodeSnapshotsReply {
  /**
   * Names of whole snapshots.
   */
  'snapshots'?: (string)[];
  /**
   * Names of those that are writable: half received.
   */
  'unfinished'?: (string)[];
  /**
   * The images asked for that are here.
   */
  'images'?: (string)[];
}

export interface NodeSnapshotsReply__Output {
  /**
   * Names of whole snapshots.
   */
  'snapshots': (string)[];
  /**
   * Names of those that are writable: half received.
   */
  'unfinished': (string)[];
  /**
   * The images asked for that are here.
   */
  'images': (string)[];
}
