// Original file: proto/covey/v1/cluster.proto


// Original file: proto/covey/v1/cluster.proto

/**
 * Where a container writes to.
 */
export const _covey_v1_LogsEvent_Stream = {
  /**
   * Never sent.
   */
  STREAM_UNSPECIFIED: 'STREAM_UNSPECIFIED',
  /**
   * Its standard output; of one with a terminal all that it writes.
   */
  STDOUT: 'STDOUT',
  /**
   * Its standard error.
   */
  STDERR: 'STDERR',
} as const;

/**
 * Where a container writes to.
 */
export type _covey_v1_LogsEvent_Stream =
  /**
   * Never sent.
   */
  | 'STREAM_UNSPECIFIED'
  | 0
  /**
   * Its standard output; of one with a terminal all that it writes.
   */
  | 'STDOUT'
  | 1
  /**
   * Its standard error.
   */
  | 'STDERR'
  | 2

/**
 * Where a container writes to.
 */
export type _covey_v1_LogsEvent_Stream__Output = typeof _covey_v1_LogsEvent_Stream[keyof typeof _covey_v1_LogsEvent_Stream]

/**
 * A line that a container wrote.
 */
export interface LogsEvent {
  /**
   * Name of the container.
   */
  'container'?: (string);
  /**
   * Its service in the compose file.
   */
  'service'?: (string);
  /**
   * Which of its streams.
   */
  'stream'?: (_covey_v1_LogsEvent_Stream);
  /**
   * When Docker took it, by the node's clock: RFC 3339 in UTC with nine digits of fraction.
   */
  'time'?: (string);
  /**
   * The line as it was written, without its end; at most 64 KiB.
   */
  'line'?: (Buffer | Uint8Array | string);
  /**
   * The line goes on in the next event of this container and stream: Docker keeps long ones in pieces.
   */
  'partial'?: (boolean);
}

/**
 * A line that a container wrote.
 */
export interface LogsEvent__Output {
  /**
   * Name of the container.
   */
  'container': (string);
  /**
   * Its service in the compose file.
   */
  'service': (string);
  /**
   * Which of its streams.
   */
  'stream': (_covey_v1_LogsEvent_Stream__Output);
  /**
   * When Docker took it, by the node's clock: RFC 3339 in UTC with nine digits of fraction.
   */
  'time': (string);
  /**
   * The line as it was written, without its end; at most 64 KiB.
   */
  'line': (Buffer);
  /**
   * The line goes on in the next event of this container and stream: Docker keeps long ones in pieces.
   */
  'partial': (boolean);
}
