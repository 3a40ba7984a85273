// Original file: proto/covey/v1/peer.proto


export interface InternalRootReply {
  /**
   * PEM of the certificate.
   */
  'certificate'?: (string);
  /**
   * PEM of its key.
   */
  'key'?: (string);
}

export interface InternalRootReply__Output {
  /**
   * PEM of the certificate.
   */
  'certificate': (string);
  /**
   * PEM of its key.
   */
  'key': (string);
}
