import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';

/** The top folder of the project, with a trailing slash. */
export const root = fileURLToPath(new URL('..', import.meta.url));

/** Everything the lab makes in Docker carries this label, so that `down` finds it whatever state it is in. */
export const label = 'covey.lab';

export const names = {
  network: 'covey-lab',
  /** Docker volume with the sparse BTRFS file that holds the engines' data, and the machines' own stores. */
  store: 'covey-lab-store',
  git: 'covey-lab-git',
  machine: (node: string): string => `covey-lab-${node}`,
} as const;

/** Tags. The first five are the usual names, so that a pull serves as well as what we build ourselves. */
export const images = {
  trixie: 'debian:trixie-slim',
  bookworm: 'debian:bookworm-slim',
  node: 'node:24-trixie-slim',
  haproxy: 'haproxy:3.0',
  caddy: 'caddy:2',
  consul: 'hashicorp/consul:1.21',
  peerDeps: 'covey/peer-deps:latest',
  peer: 'covey/peer:latest',
  machine: 'covey-lab/machine:latest',
  git: 'covey-lab/git:latest',
  pebble: 'covey-lab/pebble:latest',
} as const;

/** The lab is not the peer: these few variables describe the host, not covey. */
export const host = {
  isRoot: process.getuid?.() === 0,
  extraCa: process.env.NODE_EXTRA_CA_CERTS,
} as const;

/** A short stable hash of several texts or buffers, for "has this changed since". */
export function digest(...parts: (string | Uint8Array)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part).update('\0');
  return hash.digest('hex').slice(0, 16);
}
