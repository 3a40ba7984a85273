// Original file: proto/covey/v1/cluster.proto


export interface MaintenanceReply {
}

export interface MaintenanceReply__Output {
}
