// Original file: proto/covey/v1/cluster.proto


export interface RootCertificateRequest {
}

export interface RootCertificateRequest__Output {
}
