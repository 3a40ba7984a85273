// Original file: proto/covey/v1/peer.proto


export interface ObserveRequest {
}

export interface ObserveRequest__Output {
}
