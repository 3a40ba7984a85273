// Original file: proto/covey/v1/cluster.proto

import type { Long } from '@grpc/proto-loader';

/**
 * How busy a node is, measured every ten seconds.
 */
export interface NodeLoad {
  /**
   * Processes that ran or wanted to, on average of the last minute.
   */
  'load'?: (number | string);
  /**
   * Processors.
   */
  'cpus'?: (number);
  /**
   * Bytes of memory.
   */
  'memoryBytes'?: (number | string | Long);
  /**
   * Of these, how many programs can still have.
   */
  'memoryAvailableBytes'?: (number | string | Long);
  /**
   * Bytes of the file system with the volumes and snapshots.
   */
  'storeBytes'?: (number | string | Long);
  /**
   * Of these, how many are free.
   */
  'storeFreeBytes'?: (number | string | Long);
}

/**
 * How busy a node is, measured every ten seconds.
 */
export interface NodeLoad__Output {
  /**
   * Processes that ran or wanted to, on average of the last minute.
   */
  'load': (number);
  /**
   * Processors.
   */
  'cpus': (number);
  /**
   * Bytes of memory.
   */
  'memoryBytes': (number);
  /**
   * Of these, how many programs can still have.
   */
  'memoryAvailableBytes': (number);
  /**
   * Bytes of the file system with the volumes and snapshots.
   */
  'storeBytes': (number);
  /**
   * Of these, how many are free.
   */
  'storeFreeBytes': (number);
}
