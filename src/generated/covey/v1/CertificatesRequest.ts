// Original file: proto/covey/v1/peer.proto


export interface CertificatesRequest {
  /**
   * Host names without ports.
   */
  'hosts'?: (string)[];
}

export interface CertificatesRequest__Output {
  /**
   * Host names without ports.
   */
  'hosts': (string)[];
}
