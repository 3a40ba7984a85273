// Original file: proto/covey/v1/cluster.proto


export interface DivergedSnapshot {
  'node'?: (string);
  'snapshot'?: (string);
}

export interface DivergedSnapshot__Output {
  'node': (string);
  'snapshot': (string);
}
