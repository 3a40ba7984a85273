// Original file: proto/covey/v1/cluster.proto

import type { TerminalSize as _covey_v1_TerminalSize, TerminalSize__Output as _covey_v1_TerminalSize__Output } from '../../covey/v1/TerminalSize.ts';

export interface ExecStart {
  /**
   * Name of the app. Required.
   */
  'app'?: (string);
  /**
   * Service of the compose file whose container is meant; of several the first by name that runs. Empty: the only one.
   */
  'service'?: (string);
  /**
   * Name of the container. Empty: by `service`.
   */
  'container'?: (string);
  /**
   * The program and its arguments. No shell looks at them. Required.
   */
  'argv'?: (string)[];
  /**
   * Give it a terminal: then all that it writes is standard output.
   */
  'tty'?: (boolean);
  /**
   * Added to the container's environment, each "NAME=value".
   */
  'environment'?: (string)[];
  /**
   * User, or "user:group", by name or number. Empty: that of the container.
   */
  'user'?: (string);
  /**
   * Of the terminal, at first.
   */
  'size'?: (_covey_v1_TerminalSize | null);
  /**
   * One of the nodes that run services of the app. Empty: the master.
   */
  'node'?: (string);
}

export interface ExecStart__Output {
  /**
   * Name of the app. Required.
   */
  'app': (string);
  /**
   * Service of the compose file whose container is meant; of several the first by name that runs. Empty: the only one.
   */
  'service': (string);
  /**
   * Name of the container. Empty: by `service`.
   */
  'container': (string);
  /**
   * The program and its arguments. No shell looks at them. Required.
   */
  'argv': (string)[];
  /**
   * Give it a terminal: then all that it writes is standard output.
   */
  'tty': (boolean);
  /**
   * Added to the container's environment, each "NAME=value".
   */
  'environment': (string)[];
  /**
   * User, or "user:group", by name or number. Empty: that of the container.
   */
  'user': (string);
  /**
   * Of the terminal, at first.
   */
  'size': (_covey_v1_TerminalSize__Output | null);
  /**
   * One of the nodes that run services of the app. Empty: the master.
   */
  'node': (string);
}
