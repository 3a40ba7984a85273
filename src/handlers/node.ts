import type { Kv } from '../consul/kv.ts';
import type { Engine } from '../docker/engine.ts';
import type { Examine } from '../doctor/examine.ts';
import type { GenerationReply } from '../generated/covey/v1/GenerationReply.ts';
import type { GenerationRequest__Output } from '../generated/covey/v1/GenerationRequest.ts';
import type { HelloReply } from '../generated/covey/v1/HelloReply.ts';
import type { NodeStatus } from '../generated/covey/v1/NodeStatus.ts';
import type { Reply, Request } from '../gossip/message.ts';
import type { Served } from '../proxy/served.ts';
import type { View } from '../proxy/view.ts';
import type { Handler } from '../rpc/handler.ts';
import type { Purger } from '../volumes/purge.ts';
import type { Store } from '../volumes/store.ts';
import type { CertificateDeps } from './certificates.ts';
import type { Deps } from './deps.ts';
import type { Membership } from './membership.ts';
import type { ShowProxies } from './render.ts';

/** What a node knows of itself. */
export interface NodeDeps {
  node: string;
  version: string;
  engine: Engine;
  served: Served;
  view: () => View | undefined;
  show: ShowProxies;
  examine: Examine;
  store: Pick<Store, 'snapshots'>;
  purger: Pick<Purger, 'plan'>;
  kv: Pick<Kv, 'get' | 'watch'>;
  /** Takes what another node tells, and answers. */
  hear: (request: Request) => Reply;
  membership: Pick<Membership, 'leave'>;
  caddy: CertificateDeps;
}

/** Answers once this node serves an app's generation. */
export function awaitGeneration({ served }: NodeDeps): Handler<GenerationRequest__Output, GenerationReply> {
  return async (request, { signal }) => ({
    error: await served.await(request.app, request.generation, signal),
  });
}

/** What this node tells of itself. */
export function observe({ node, memory }: Pick<Deps, 'node' | 'memory'>): Handler<unknown, NodeStatus> {
  return async () => memory.nodes().find(({ name }) => name === node) ?? {};
}

export function hello({ node, version }: NodeDeps): Handler<unknown, HelloReply> {
  return async () => ({ name: node, version, timeMs: Date.now() });
}
