import { withStandIns } from '../app/stand-ins.ts';
import type { CaddyApp } from '../render/caddy.ts';

/** Containers of a release that has come up beside the one before. */
export interface StandIns {
  /** Container -> the host that stands in for it. */
  names: Readonly<Record<string, string>>;
  /** The generation of the app's record after which they do. */
  after: number;
}

/** What stands in for containers on this node. It is kept by nobody: a peer that starts anew goes by names. */
export interface StandInControl {
  /** Undefined: the containers have their names. */
  set(app: string, standIns: StandIns | undefined): void;
}

/** The app as Caddy has it while others stand in for its containers. */
export function withStandInsOf(app: CaddyApp, index: number, standIns: StandIns | undefined): CaddyApp {
  if (standIns === undefined || index <= standIns.after) return app;
  const names = Object.entries(standIns.names).map(([name, host]) => [name.toLowerCase(), host]);
  return { ...app, caddyfile: withStandIns(app.caddyfile, Object.fromEntries(names)) };
}
