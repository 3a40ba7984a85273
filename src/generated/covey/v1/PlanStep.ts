// Original file: proto/covey/v1/cluster.proto


export interface PlanStep {
  /**
   * Unique in the plan, for example "build@node1".
   */
  'id'?: (string);
  /**
   * Node that does it.
   */
  'node'?: (string);
  /**
   * One line for people.
   */
  'title'?: (string);
  /**
   * True from the step that commits: what comes before it is undone on a failure.
   */
  'afterCommit'?: (boolean);
}

export interface PlanStep__Output {
  /**
   * Unique in the plan, for example "build@node1".
   */
  'id': (string);
  /**
   * Node that does it.
   */
  'node': (string);
  /**
   * One line for people.
   */
  'title': (string);
  /**
   * True from the step that commits: what comes before it is undone on a failure.
   */
  'afterCommit': (boolean);
}
