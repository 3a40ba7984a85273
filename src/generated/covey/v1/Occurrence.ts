// Original file: proto/covey/v1/cluster.proto

import type { Long } from '@grpc/proto-loader';

/**
 * One thing that has happened. docs/webhooks.md lists the kinds with their details.
 */
export interface Occurrence {
  /**
   * For example "node.lost".
   */
  'kind'?: (string);
  /**
   * When it was seen, in unix milliseconds; of operations when it was so.
   */
  'at'?: (number | string | Long);
  /**
   * App that it is about; empty: none.
   */
  'app'?: (string);
  /**
   * Node that it is about; empty: none.
   */
  'node'?: (string);
  /**
   * One sentence for people, with the names in it.
   */
  'text'?: (string);
  /**
   * What else is known of it, by name.
   */
  'details'?: ({[key: string]: string});
}

/**
 * One thing that has happened. docs/webhooks.md lists the kinds with their details.
 */
export interface Occurrence__Output {
  /**
   * For example "node.lost".
   */
  'kind': (string);
  /**
   * When it was seen, in unix milliseconds; of operations when it was so.
   */
  'at': (number);
  /**
   * App that it is about; empty: none.
   */
  'app': (string);
  /**
   * Node that it is about; empty: none.
   */
  'node': (string);
  /**
   * One sentence for people, with the names in it.
   */
  'text': (string);
  /**
   * What else is known of it, by name.
   */
  'details': ({[key: string]: string});
}
