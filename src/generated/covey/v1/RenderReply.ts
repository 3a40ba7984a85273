// Original file: proto/covey/v1/cluster.proto

import type { RenderedFile as _covey_v1_RenderedFile, RenderedFile__Output as _covey_v1_RenderedFile__Output } from '../../covey/v1/RenderedFile.ts';
import type { Quarantine as _covey_v1_Quarantine, Quarantine__Output as _covey_v1_Quarantine__Output } from '../../covey/v1/Quarantine.ts';

export interface RenderReply {
  /**
   * Node that it was rendered for.
   */
  'node'?: (string);
  /**
   * haproxy.cfg, domains.map and Caddyfile; with `diff` only those that differ.
   */
  'files'?: (_covey_v1_RenderedFile)[];
  /**
   * With `diff`: the node does not serve what the records say.
   */
  'differs'?: (boolean);
  /**
   * What was refused, of the app or of all.
   */
  'refused'?: (_covey_v1_Quarantine)[];
}

export interface RenderReply__Output {
  /**
   * Node that it was rendered for.
   */
  'node': (string);
  /**
   * haproxy.cfg, domains.map and Caddyfile; with `diff` only those that differ.
   */
  'files': (_covey_v1_RenderedFile__Output)[];
  /**
   * With `diff`: the node does not serve what the records say.
   */
  'differs': (boolean);
  /**
   * What was refused, of the app or of all.
   */
  'refused': (_covey_v1_Quarantine__Output)[];
}
