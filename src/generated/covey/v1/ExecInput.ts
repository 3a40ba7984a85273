// Original file: proto/covey/v1/cluster.proto

import type { ExecStart as _covey_v1_ExecStart, ExecStart__Output as _covey_v1_ExecStart__Output } from '../../covey/v1/ExecStart.ts';
import type { TerminalSize as _covey_v1_TerminalSize, TerminalSize__Output as _covey_v1_TerminalSize__Output } from '../../covey/v1/TerminalSize.ts';

/**
 * One of them.
 */
export interface ExecInput {
  /**
   * What to run: in the first message, and there alone.
   */
  'start'?: (_covey_v1_ExecStart | null);
  /**
   * The next bytes of its standard input.
   */
  'stdin'?: (Buffer | Uint8Array | string);
  /**
   * Its terminal has another size now.
   */
  'resize'?: (_covey_v1_TerminalSize | null);
  /**
   * What to send.
   */
  'input'?: "start"|"stdin"|"resize";
}

/**
 * One of them.
 */
export interface ExecInput__Output {
  /**
   * What to run: in the first message, and there alone.
   */
  'start'?: (_covey_v1_ExecStart__Output | null);
  /**
   * The next bytes of its standard input.
   */
  'stdin'?: (Buffer);
  /**
   * Its terminal has another size now.
   */
  'resize'?: (_covey_v1_TerminalSize__Output | null);
  /**
   * What to send.
   */
  'input'?: "start"|"stdin"|"resize";
}
