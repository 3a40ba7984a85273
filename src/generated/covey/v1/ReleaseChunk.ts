// Original file: proto/covey/v1/peer.proto

import type { Long } from '@grpc/proto-loader';

/**
 * Either a part of a tar archive of the folder's content, or its end.
 */
export interface ReleaseChunk {
  /**
   * The next part of the archive.
   */
  'data'?: (Buffer | Uint8Array | string);
  /**
   * In the last message, alone: the length of the whole archive. An archive
   * without it was cut.
   */
  'total'?: (number | string | Long);
}

/**
 * Either a part of a tar archive of the folder's content, or its end.
 */
export interface ReleaseChunk__Output {
  /**
   * The next part of the archive.
   */
  'data': (Buffer);
  /**
   * In the last message, alone: the length of the whole archive. An archive
   * without it was cut.
   */
  'total': (number);
}
