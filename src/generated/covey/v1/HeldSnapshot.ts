// Original file: proto/covey/v1/cluster.proto

import type { Long } from '@grpc/proto-loader';

export interface HeldSnapshot {
  /**
   * Node that holds it.
   */
  'node'?: (string);
  /**
   * Full name of its volume.
   */
  'volume'?: (string);
  /**
   * For example "foobarmasterddb14_data@2026-03-01T10:00:03.214159".
   */
  'name'?: (string);
  /**
   * Unix milliseconds; 0 where its name has no readable date.
   */
  'at'?: (number | string | Long);
  /**
   * "plain"; "sent" (a marker of Buttervolume); "aside"; "undated"; "unfinished": half received, and of no use.
   */
  'kind'?: (string);
  /**
   * Of "sent" the host, of "aside" why it was put aside: "before-restore", "before-migrate" or "diverged".
   */
  'mark'?: (string);
  /**
   * The newest plain one of its volume on its node: what a restore takes if it is not told otherwise.
   */
  'newest'?: (boolean);
}

export interface HeldSnapshot__Output {
  /**
   * Node that holds it.
   */
  'node': (string);
  /**
   * Full name of its volume.
   */
  'volume': (string);
  /**
   * For example "foobarmasterddb14_data@2026-03-01T10:00:03.214159".
   */
  'name': (string);
  /**
   * Unix milliseconds; 0 where its name has no readable date.
   */
  'at': (number);
  /**
   * "plain"; "sent" (a marker of Buttervolume); "aside"; "undated"; "unfinished": half received, and of no use.
   */
  'kind': (string);
  /**
   * Of "sent" the host, of "aside" why it was put aside: "before-restore", "before-migrate" or "diverged".
   */
  'mark': (string);
  /**
   * The newest plain one of its volume on its node: what a restore takes if it is not told otherwise.
   */
  'newest': (boolean);
}
