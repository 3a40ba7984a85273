// Original file: proto/covey/v1/cluster.proto


export interface AppsRequest {
}

export interface AppsRequest__Output {
}
