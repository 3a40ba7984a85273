// Original file: proto/covey/v1/cluster.proto

import type { Long } from '@grpc/proto-loader';

/**
 * Who holds an app's lock. All of it is empty where somebody else than covey wrote it.
 */
export interface LockHolder {
  /**
   * "deploy", "destroy" and so on, as in Plan; "recover" and "leave" are what nodes do by themselves.
   */
  'operation'?: (string);
  /**
   * Node that coordinates it.
   */
  'node'?: (string);
  /**
   * Who asked, as in PastOperation; empty where an older version holds it.
   */
  'by'?: (string);
  /**
   * When it took the lock: unix milliseconds.
   */
  'since'?: (number | string | Long);
  /**
   * Id of the request.
   */
  'requestId'?: (string);
}

/**
 * Who holds an app's lock. All of it is empty where somebody else than covey wrote it.
 */
export interface LockHolder__Output {
  /**
   * "deploy", "destroy" and so on, as in Plan; "recover" and "leave" are what nodes do by themselves.
   */
  'operation': (string);
  /**
   * Node that coordinates it.
   */
  'node': (string);
  /**
   * Who asked, as in PastOperation; empty where an older version holds it.
   */
  'by': (string);
  /**
   * When it took the lock: unix milliseconds.
   */
  'since': (number);
  /**
   * Id of the request.
   */
  'requestId': (string);
}
