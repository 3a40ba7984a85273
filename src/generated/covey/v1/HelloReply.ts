// Original file: proto/covey/v1/peer.proto


export interface HelloReply {
  'name'?: (string);
  'version'?: (string);
}

export interface HelloReply__Output {
  'name': (string);
  'version': (string);
}
