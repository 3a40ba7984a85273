// Original file: proto/covey/v1/cluster.proto

import type { Long } from '@grpc/proto-loader';

export interface App {
  'name'?: (string);
  'repo'?: (string);
  'branch'?: (string);
  'master'?: (string);
  /**
   * Empty: none.
   */
  'slave'?: (string);
  'deployId'?: (string);
  /**
   * As in the record: %Y-%m-%dT%H%M%S.%f, UTC.
   */
  'deployDate'?: (string);
  'urls'?: (string)[];
  'volumes'?: (string)[];
  'maintenance'?: (boolean);
  /**
   * Consul's ModifyIndex of the record.
   */
  'generation'?: (number | string | Long);
  /**
   * Why the record can't be read or served; empty when all is well.
   */
  'error'?: (string);
}

export interface App__Output {
  'name': (string);
  'repo': (string);
  'branch': (string);
  'master': (string);
  /**
   * Empty: none.
   */
  'slave': (string);
  'deployId': (string);
  /**
   * As in the record: %Y-%m-%dT%H%M%S.%f, UTC.
   */
  'deployDate': (string);
  'urls': (string)[];
  'volumes': (string)[];
  'maintenance': (boolean);
  /**
   * Consul's ModifyIndex of the record.
   */
  'generation': (number);
  /**
   * Why the record can't be read or served; empty when all is well.
   */
  'error': (string);
}
