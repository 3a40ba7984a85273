import { fileURLToPath } from 'node:url';
import { loadPackageDefinition } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import type { ProtoGrpcType as ClusterTypes } from '../generated/cluster.ts';
import type { ClusterDefinition } from '../generated/covey/v1/Cluster.ts';
import type { PeerDefinition } from '../generated/covey/v1/Peer.ts';
import type { ProtoGrpcType as PeerTypes } from '../generated/peer.ts';

/** All services that a peer serves, health included: what reflection tells. */
export const packageDefinition = loadSync(
  ['covey/v1/cluster.proto', 'covey/v1/peer.proto', 'grpc/health/v1/health.proto'],
  {
    includeDirs: [fileURLToPath(new URL('../../proto', import.meta.url))],
    longs: Number,
    enums: String,
    defaults: true,
    oneofs: true,
    keepCase: false,
  },
);

const loaded = loadPackageDefinition(packageDefinition) as unknown as ClusterTypes & PeerTypes & HealthTypes;

/** The methods of the services, for servers and clients. */
export const clusterMethods: ClusterDefinition = loaded.covey.v1.Cluster.service;
export const peerMethods: PeerDefinition = loaded.covey.v1.Peer.service;
export const healthMethods: HealthDefinition = loaded.grpc.health.v1.Health.service;

/** What a client needs to know of a method; every generated MethodDefinition is one. */
export interface Method<Req, Res> {
  path: string;
  requestSerialize(request: Req): Buffer;
  responseDeserialize(bytes: Buffer): Res;
}

interface HealthDefinition {
  Check: Method<{ service: string }, { status: string }>;
}

interface HealthTypes {
  grpc: { health: { v1: { Health: { service: HealthDefinition } } } };
}
