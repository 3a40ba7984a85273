// Original file: proto/covey/v1/cluster.proto


export interface NodesRequest {
}

export interface NodesRequest__Output {
}
