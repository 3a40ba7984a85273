// Original file: proto/covey/v1/peer.proto


export interface HelloRequest {
}

export interface HelloRequest__Output {
}
