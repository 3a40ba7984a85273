// Original file: proto/covey/v1/cluster.proto


/**
 * One of them.
 */
export interface ExecOutput {
  /**
   * The next bytes of its standard output; of a terminal all that it shows.
   */
  'stdout'?: (Buffer | Uint8Array | string);
  /**
   * The next bytes of its standard error.
   */
  'stderr'?: (Buffer | Uint8Array | string);
  /**
   * How it ended, in the last message. 126 or 127: it could not be run; the output says why.
   */
  'exitCode'?: (number);
  /**
   * What has come.
   */
  'output'?: "stdout"|"stderr"|"exitCode";
}

/**
 * One of them.
 */
export interface ExecOutput__Output {
  /**
   * The next bytes of its standard output; of a terminal all that it shows.
   */
  'stdout'?: (Buffer);
  /**
   * The next bytes of its standard error.
   */
  'stderr'?: (Buffer);
  /**
   * How it ended, in the last message. 126 or 127: it could not be run; the output says why.
   */
  'exitCode'?: (number);
  /**
   * What has come.
   */
  'output'?: "stdout"|"stderr"|"exitCode";
}
