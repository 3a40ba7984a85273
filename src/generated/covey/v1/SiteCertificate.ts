// Original file: proto/covey/v1/peer.proto


/**
 * One certificate as Caddy keeps it in `certificates/ISSUER/HOST/`.
 */
export interface SiteCertificate {
  /**
   * Name of the folder of who issued it.
   */
  'issuer'?: (string);
  /**
   * Name of the folder of the host.
   */
  'host'?: (string);
  /**
   * PEM of the chain (`.crt`).
   */
  'certificate'?: (string);
  /**
   * PEM of the key (`.key`).
   */
  'key'?: (string);
  /**
   * What Caddy wants to know of it (`.json`).
   */
  'metadata'?: (string);
}

/**
 * One certificate as Caddy keeps it in `certificates/ISSUER/HOST/`.
 */
export interface SiteCertificate__Output {
  /**
   * Name of the folder of who issued it.
   */
  'issuer': (string);
  /**
   * Name of the folder of the host.
   */
  'host': (string);
  /**
   * PEM of the chain (`.crt`).
   */
  'certificate': (string);
  /**
   * PEM of the key (`.key`).
   */
  'key': (string);
  /**
   * What Caddy wants to know of it (`.json`).
   */
  'metadata': (string);
}
