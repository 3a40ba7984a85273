// Original file: proto/covey/v1/cluster.proto

import type { Long } from '@grpc/proto-loader';

/**
 * An event, and what has become of it.
 */
export interface FiredEvent {
  /**
   * Consul's id of it; that of the operation too.
   */
  'id'?: (string);
  /**
   * As it was fired; empty where somebody acted on it without having put it down.
   */
  'name'?: (string);
  /**
   * As it was fired.
   */
  'payload'?: (string);
  /**
   * Names of the apps that it is about, as far as that can be told by it alone.
   */
  'apps'?: (string)[];
  /**
   * "fired": no peer has put it down yet; "queued"; "running"; "abandoned": who ran it has died, and another one begins it again;
   * "done"; "failed".
   */
  'state'?: (string);
  /**
   * Who runs, or ran, it; of a queued one who put it down; of a fired one who fired it.
   */
  'node'?: (string);
  /**
   * Of the last change of its state: unix milliseconds.
   */
  'since'?: (number | string | Long);
  /**
   * Of a failed one covey's code of the error; empty where it is not known.
   */
  'errorCode'?: (string);
  /**
   * The error's message, 500 characters of it at most.
   */
  'errorMessage'?: (string);
}

/**
 * An event, and what has become of it.
 */
export interface FiredEvent__Output {
  /**
   * Consul's id of it; that of the operation too.
   */
  'id': (string);
  /**
   * As it was fired; empty where somebody acted on it without having put it down.
   */
  'name': (string);
  /**
   * As it was fired.
   */
  'payload': (string);
  /**
   * Names of the apps that it is about, as far as that can be told by it alone.
   */
  'apps': (string)[];
  /**
   * "fired": no peer has put it down yet; "queued"; "running"; "abandoned": who ran it has died, and another one begins it again;
   * "done"; "failed".
   */
  'state': (string);
  /**
   * Who runs, or ran, it; of a queued one who put it down; of a fired one who fired it.
   */
  'node': (string);
  /**
   * Of the last change of its state: unix milliseconds.
   */
  'since': (number);
  /**
   * Of a failed one covey's code of the error; empty where it is not known.
   */
  'errorCode': (string);
  /**
   * The error's message, 500 characters of it at most.
   */
  'errorMessage': (string);
}
