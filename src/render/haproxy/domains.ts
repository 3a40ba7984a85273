import { CoveyError } from '../../errors.ts';
import { type Balance, balancedBackend } from './balance.ts';
import { isIdentifier } from './line.ts';

/** What routing by domain needs to know of an app. */
export interface RoutedApp {
  readonly name: string;
  readonly master: string;
  /** `domains` of its record: host[:port]. */
  readonly domains: readonly string[];
  /** Those of its sites that several nodes have. */
  readonly balance?: Balance | undefined;
  /** The node to which the domains lead on the one that is rendered. Default: the master. */
  readonly leadsTo?: string;
}

/** What routing by domain needs to know of a swarm key; `key` is its name behind `swarm/`. */
export interface RoutedSwarm {
  readonly key: string;
  readonly domains: readonly string[];
}

/**
 * The HAProxy map from host (no port, lower case) to the beginning of a backend's name; the same on every node, but for apps that
 * are at their cutover.
 */
export interface DomainMap {
  /** Sorted by key, each key once. */
  readonly entries: readonly (readonly [host: string, backend: string])[];
  /** The file's text: `key value` a line. */
  readonly text: string;
  /** The app that has each host; those of swarm keys are not in it. */
  readonly owners: ReadonlyMap<string, string>;
}

/** Where a node's traffic goes: `<this>-http` and `<this>-https` are backends. */
export function nodeBackend(node: string): string {
  if (!isIdentifier(node)) {
    throw new CoveyError(
      'invalid',
      `the node name "${shortened(node)}" has characters that HAProxy can't take in a name, or more than 255`,
    );
  }
  return `node-${node}`;
}

/** As `nodeBackend`, for domains of swarm keys. */
export const swarmBackend = 'swarm';

/**
 * The hosts of a record's domains, each once.
 * @throws CoveyError `invalid` for what is no host name
 */
export function hostsOf(owner: string, domains: readonly string[]): string[] {
  // the original wrote "" where an address had no scheme
  const hosts = domains
    .filter((domain) => domain !== '')
    .map((domain) => domain.toLowerCase().replace(/:\d+$/, ''));
  for (const host of hosts) {
    // a longer one would be no name, and more than a command of HAProxy's runtime API can hold
    if (/^(\[[0-9a-f:.]+\]|[a-z0-9_.-]+)$/.test(host) && host.length <= 253) continue;
    throw new CoveyError('invalid', `${owner}: "${shortened(host)}" in domains is no host name`);
  }
  return [...new Set(hosts)];
}

/**
 * The domain map of the cluster. Where two claim a host, the app that had it keeps it, else the first in order of name has
 * it, apps before swarm keys; `findClashes` and the deploy's warning keep that from happening unseen.
 * @param input.held `owners` of the map that is live
 * @throws CoveyError `invalid` naming the app whose domains are not usable
 */
export function renderDomainMap(input: {
  apps: readonly RoutedApp[];
  swarm?: readonly RoutedSwarm[];
  held?: ReadonlyMap<string, string>;
}): DomainMap {
  const map = new Map<string, string>();
  const owners = new Map<string, string>();
  const claim = (host: string, backend: string) => {
    if (!map.has(host)) map.set(host, backend);
  };
  for (const app of input.apps.toSorted((a, b) => compare(a.name, b.name))) {
    for (const host of hostsOf(app.name, app.domains)) {
      if (owners.has(host) && input.held?.get(host) !== app.name) continue;
      owners.set(host, app.name);
      map.set(host, backendOf(app, host));
    }
  }
  for (const swarm of (input.swarm ?? []).toSorted((a, b) => compare(a.key, b.key))) {
    for (const host of hostsOf(`swarm/${swarm.key}`, swarm.domains)) claim(host, swarmBackend);
  }
  const entries = [...map].sort(([a], [b]) => compare(a, b));
  return { entries, text: entries.map(([host, backend]) => `${host} ${backend}\n`).join(''), owners };
}

function backendOf({ name, master, leadsTo = master, balance }: RoutedApp, host: string): string {
  return balance?.hosts.includes(host) ? balancedBackend(name) : nodeBackend(leadsTo);
}

/** What an error needs of a text that may be anything. */
function shortened(text: string): string {
  return text.length > 260 ? `${text.slice(0, 60)}…` : text;
}

/** Order by code units: the same everywhere, whatever the locale. */
export function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
