// Original file: proto/covey/v1/cluster.proto


export interface StatusRequest {
}

export interface StatusRequest__Output {
}
