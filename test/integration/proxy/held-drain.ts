import { makeEngine } from '../../../src/docker/engine.ts';
import type { ActionDeps } from '../../../src/plan/actions/action.ts';
import { drain } from '../../../src/plan/actions/drain.ts';
import { CONTAINER, type HoldNodes } from './hold-nodes.ts';

/** Drains the app of n1, which runs on this machine. */
export function draining({ nodes, apps }: Pick<HoldNodes, 'nodes' | 'apps'>) {
  const engine = makeEngine();
  const lines: string[] = [];
  let isDrained = false;
  const { caddy, settings } = nodes.n1;
  const named = { id: 'app', name: CONTAINER, service: 'web', aliases: {} };
  const app = { ...named, networks: { bridge: apps.n1.host } };
  const deps = {
    engine: { containers: async () => [app], exec: engine.exec },
    caddyContainer: settings.caddyContainer,
    proxiesIdle: caddy.idle,
    caddyRequests: caddy.requests,
    cutover: { hold: 30_000, drain: 60_000 },
  } as unknown as ActionDeps;
  const options = {
    signal: AbortSignal.timeout(60_000),
    report: (_: number, line: string) => void lines.push(line),
    mandate: { app: 'held', fence: 1, operation: 'o' },
  };
  const drained = drain(deps, 'bridge')
    .run({ kind: 'drain', project: 'held', sites: [] }, options)
    .then(() => {
      isDrained = true;
    });
  return { drained, isDrained: () => isDrained, told: () => lines };
}
