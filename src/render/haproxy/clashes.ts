import type { HaproxyDefinition } from './definition.ts';
import { isBuiltIn } from './definition.ts';
import { compare } from './domains.ts';
import { type PortRange, readBind } from './line.ts';
import { backendName, frontendName } from './parts.ts';

/** What one app, or one swarm key, claims for itself alone. */
export interface Claimant {
  /** Name of the app, or `swarm/<key>`. */
  readonly name: string;
  /** Its site addresses in canonical form (`formatAddress`). */
  readonly urls: readonly string[];
  /** Hosts of its domains (`hostsOf`). Two apps may share one by different addresses; with a swarm key nobody does. */
  readonly hosts?: readonly string[];
  readonly haproxy?: HaproxyDefinition;
  readonly swarm?: boolean;
}

export interface Clash {
  readonly kind: 'address' | 'domain' | 'frontend' | 'backend' | 'bind';
  /** The address, the host, the rendered name, or the port. */
  readonly value: string;
  /** The apps that claim it, sorted. */
  readonly apps: readonly string[];
}

/** Everything that two or more claim; sorted by kind and value. An app never clashes with itself. */
export function findClashes(claimants: readonly Claimant[]): Clash[] {
  const owners = new Map<string, Set<string>>();
  for (const claimant of claimants) {
    for (const { kind, value } of claimsOf(claimant)) {
      const key = `${kind} ${value}`;
      owners.set(key, (owners.get(key) ?? new Set()).add(claimant.name));
    }
  }
  const swarm = new Set(claimants.flatMap((claimant) => (claimant.swarm ? [claimant.name] : [])));
  return [...owners]
    .filter(([, names]) => names.size > 1)
    .filter(([key, names]) => !key.startsWith('domain ') || [...names].some((name) => swarm.has(name)))
    .map(([key, names]) => {
      const [kind = '', value = ''] = key.split(/ (.*)/s);
      return { kind: kind as Clash['kind'], value, apps: [...names].sort(compare) };
    })
    .sort((a, b) => compare(`${a.kind} ${a.value}`, `${b.kind} ${b.value}`));
}

function* claimsOf(claimant: Claimant): Iterable<Pick<Clash, 'kind' | 'value'>> {
  const { urls, hosts = [], haproxy = {}, swarm = false } = claimant;
  for (const url of urls) yield { kind: 'address', value: withoutPort(url) };
  for (const value of hosts) yield { kind: 'domain', value };
  for (const [key, { frontend, backends }] of Object.entries(haproxy)) {
    for (const backend of backends) yield { kind: 'backend', value: backendName(key, backend, swarm) };
    if (isBuiltIn(key) || frontend === undefined) continue;
    yield { kind: 'frontend', value: frontendName(key, swarm) };
    const hidden = (frontend.options ?? []).flatMap((option) => /^\s*bind\s+(.*)$/.exec(option)?.[1] ?? []);
    for (const bind of [...frontend.bind, ...hidden]) {
      const ranges = readBind(bind);
      if (typeof ranges === 'string') continue;
      for (const value of portsOf(ranges)) yield { kind: 'bind', value };
    }
  }
}

/** Sites are found by host alone, whatever port stands in their address (`claimOf`). */
function withoutPort(url: string): string {
  return url.replace(/^(https?:\/\/(?:\[[^\]]*\]|[^/:]*)):\d+/, '$1');
}

function* portsOf(ranges: readonly PortRange[]): Iterable<string> {
  for (const [first, last] of ranges) {
    for (let port = first; port <= last; port += 1) yield String(port);
  }
}
