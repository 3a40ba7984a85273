// Original file: proto/covey/v1/peer.proto


export interface StepEvent {
  /**
   * Percent done where known, else -1.
   */
  'percent'?: (number);
  /**
   * The latest line of what the step does, or empty.
   */
  'detail'?: (string);
  /**
   * JSON of the step's result, in the last message.
   */
  'result'?: (string);
}

export interface StepEvent__Output {
  /**
   * Percent done where known, else -1.
   */
  'percent': (number);
  /**
   * The latest line of what the step does, or empty.
   */
  'detail': (string);
  /**
   * JSON of the step's result, in the last message.
   */
  'result': (string);
}
