import { withStandIns } from '../app/stand-ins.ts';
import type { CaddyApp } from '../render/caddy.ts';

/** Containers of a release that has come up beside the one before. */
export interface StandIns {
  /** Container -> the host that stands in for it. */
  names: Readonly<Record<string, string>>;
  /** The generation of the app's record after which they do. */
  after: number;
}

/**
 * Says what stands in for containers of an app on this node, and resolves once Caddy goes by it. Nobody keeps it: a peer that starts anew
 * goes by names. Undefined: the containers have their names.
 */
export type StandIn = (app: string, standIns: StandIns | undefined, signal: AbortSignal) => Promise<void>;

/** The app as Caddy has it while others stand in for its containers. */
export function withStandInsOf(app: CaddyApp, index: number, standIns: StandIns | undefined): CaddyApp {
  if (standIns === undefined || index <= standIns.after) return app;
  const names = Object.entries(standIns.names).map(([name, host]) => [name.toLowerCase(), host]);
  const { caddyfile, containers = [] } = app;
  return {
    ...app,
    caddyfile: withStandIns(caddyfile, Object.fromEntries(names)),
    containers: [...containers, ...Object.values(standIns.names)],
  };
}
