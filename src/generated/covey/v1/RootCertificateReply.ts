// Original file: proto/covey/v1/cluster.proto


export interface RootCertificateReply {
  /**
   * PEM.
   */
  'certificate'?: (string);
  /**
   * Its SHA-256, in hexadecimal with colons.
   */
  'fingerprint'?: (string);
  /**
   * The node that had it first.
   */
  'node'?: (string);
  /**
   * When it became the cluster's, as in "2026-03-01T10:00:00.000Z".
   */
  'since'?: (string);
}

export interface RootCertificateReply__Output {
  /**
   * PEM.
   */
  'certificate': (string);
  /**
   * Its SHA-256, in hexadecimal with colons.
   */
  'fingerprint': (string);
  /**
   * The node that had it first.
   */
  'node': (string);
  /**
   * When it became the cluster's, as in "2026-03-01T10:00:00.000Z".
   */
  'since': (string);
}
