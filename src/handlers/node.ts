import { projectOf } from '../app/identity.ts';
import type { Engine } from '../docker/engine.ts';
import type { GenerationReply } from '../generated/covey/v1/GenerationReply.ts';
import type { GenerationRequest__Output } from '../generated/covey/v1/GenerationRequest.ts';
import type { HelloReply } from '../generated/covey/v1/HelloReply.ts';
import type { NodeStatus } from '../generated/covey/v1/NodeStatus.ts';
import type { Served } from '../proxy/served.ts';
import type { View } from '../proxy/view.ts';
import type { Handler } from './handler.ts';

/** What a node knows of itself. */
export interface NodeDeps {
  node: string;
  version: string;
  engine: Engine;
  served: Served;
  view: () => View | undefined;
}

/** Answers once this node serves an app's generation. */
export function awaitGeneration({ served }: NodeDeps): Handler<GenerationRequest__Output, GenerationReply> {
  return async (request, { signal }) => ({
    error: await served.await(request.app, request.generation, signal),
  });
}

/** Containers of the apps on this node, and what it serves. */
export function observe({ node, engine, served, view }: NodeDeps): Handler<unknown, NodeStatus> {
  return async (_request, { signal }) => {
    const apps = new Map((view()?.apps ?? []).map(({ name }) => [projectOf(name), name]));
    const containers = await engine.containers({ signal });
    return {
      name: node,
      reachable: true,
      generation: served.generation(),
      containers: containers.flatMap(({ project, service, name, state, health }) => {
        const app = apps.get(project);
        return app === undefined
          ? []
          : [{ app, service, name, state, health: health === 'none' ? '' : health }];
      }),
      quarantines: served.quarantines().map(({ app, part, error }) => ({ app, part, error })),
    };
  };
}

export function hello({ node, version }: NodeDeps): Handler<unknown, HelloReply> {
  return async () => ({ name: node, version });
}
