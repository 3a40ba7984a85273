// Original file: proto/covey/v1/cluster.proto


export interface RenderedFile {
  /**
   * "haproxy.cfg", "domains.map" or "Caddyfile".
   */
  'name'?: (string);
  /**
   * The file, or with `diff` a unified diff from what is live to what the records ask for.
   */
  'text'?: (string);
}

export interface RenderedFile__Output {
  /**
   * "haproxy.cfg", "domains.map" or "Caddyfile".
   */
  'name': (string);
  /**
   * The file, or with `diff` a unified diff from what is live to what the records ask for.
   */
  'text': (string);
}
