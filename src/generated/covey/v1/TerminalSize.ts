// Original file: proto/covey/v1/cluster.proto


export interface TerminalSize {
  /**
   * Lines.
   */
  'rows'?: (number);
  /**
   * Characters of a line.
   */
  'columns'?: (number);
}

export interface TerminalSize__Output {
  /**
   * Lines.
   */
  'rows': (number);
  /**
   * Characters of a line.
   */
  'columns': (number);
}
