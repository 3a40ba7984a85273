// Original file: proto/covey/v1/peer.proto


export interface InternalRootRequest {
  /**
   * SHA-256 of the certificate that is asked for, in hexadecimal with colons.
   */
  'fingerprint'?: (string);
}

export interface InternalRootRequest__Output {
  /**
   * SHA-256 of the certificate that is asked for, in hexadecimal with colons.
   */
  'fingerprint': (string);
}
