// Original file: proto/covey/v1/cluster.proto

import type { Long } from '@grpc/proto-loader';

/**
 * An operation that has ended. Times are unix milliseconds.
 */
export interface PastOperation {
  /**
   * Name of the app; of a migrate, of the one that got the data.
   */
  'app'?: (string);
  /**
   * As in Plan, or "maintenance on" or "maintenance off".
   */
  'operation'?: (string);
  /**
   * Id of the request.
   */
  'id'?: (string);
  /**
   * Who asked: the name in the caller's certificate, or "event ID"; without certificates its address. Empty: not known.
   */
  'by'?: (string);
  /**
   * Node whose peer ran it.
   */
  'coordinator'?: (string);
  /**
   * When it was asked for.
   */
  'begun'?: (number | string | Long);
  /**
   * When it had ended.
   */
  'ended'?: (number | string | Long);
  /**
   * "done", "failed" or "cancelled": what is not done was undone, or never begun.
   */
  'outcome'?: (string);
  /**
   * Something of it is left to be undone or, where it is done, to be cleared up. It is tried again.
   */
  'pending'?: (boolean);
  /**
   * Node that undid or finished what the coordinator had left; empty: nothing was left.
   */
  'endedBy'?: (string);
  /**
   * covey's code of the error; empty where it is done.
   */
  'errorCode'?: (string);
  /**
   * The error's message, 500 characters of it at most.
   */
  'errorMessage'?: (string);
  /**
   * Where the app was before. Empty: it was new, or nothing was to change, or that was not found out.
   */
  'fromMaster'?: (string);
  /**
   * As `from_master`; empty too: it had none.
   */
  'fromSlave'?: (string);
  /**
   * Where the app was to be.
   */
  'toMaster'?: (string);
  /**
   * As `to_master`; empty too: none.
   */
  'toSlave'?: (string);
  /**
   * Hash of the git commit that was to run.
   */
  'commit'?: (string);
  /**
   * Consul's ModifyIndex of the record, as in Outcome; 0 where nothing was committed, and where the record has gone.
   */
  'generation'?: (number | string | Long);
  /**
   * Of a migrate: the app whose data it is.
   */
  'source'?: (string);
  /**
   * The new master took over from its replica.
   */
  'takeover'?: (boolean);
}

/**
 * An operation that has ended. Times are unix milliseconds.
 */
export interface PastOperation__Output {
  /**
   * Name of the app; of a migrate, of the one that got the data.
   */
  'app': (string);
  /**
   * As in Plan, or "maintenance on" or "maintenance off".
   */
  'operation': (string);
  /**
   * Id of the request.
   */
  'id': (string);
  /**
   * Who asked: the name in the caller's certificate, or "event ID"; without certificates its address. Empty: not known.
   */
  'by': (string);
  /**
   * Node whose peer ran it.
   */
  'coordinator': (string);
  /**
   * When it was asked for.
   */
  'begun': (number);
  /**
   * When it had ended.
   */
  'ended': (number);
  /**
   * "done", "failed" or "cancelled": what is not done was undone, or never begun.
   */
  'outcome': (string);
  /**
   * Something of it is left to be undone or, where it is done, to be cleared up. It is tried again.
   */
  'pending': (boolean);
  /**
   * Node that undid or finished what the coordinator had left; empty: nothing was left.
   */
  'endedBy': (string);
  /**
   * covey's code of the error; empty where it is done.
   */
  'errorCode': (string);
  /**
   * The error's message, 500 characters of it at most.
   */
  'errorMessage': (string);
  /**
   * Where the app was before. Empty: it was new, or nothing was to change, or that was not found out.
   */
  'fromMaster': (string);
  /**
   * As `from_master`; empty too: it had none.
   */
  'fromSlave': (string);
  /**
   * Where the app was to be.
   */
  'toMaster': (string);
  /**
   * As `to_master`; empty too: none.
   */
  'toSlave': (string);
  /**
   * Hash of the git commit that was to run.
   */
  'commit': (string);
  /**
   * Consul's ModifyIndex of the record, as in Outcome; 0 where nothing was committed, and where the record has gone.
   */
  'generation': (number);
  /**
   * Of a migrate: the app whose data it is.
   */
  'source': (string);
  /**
   * The new master took over from its replica.
   */
  'takeover': (boolean);
}
