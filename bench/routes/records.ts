import { type AppRecord, formatRecord } from '../../src/app/record.ts';

/** The node that is measured. */
export const SELF = 'node1';

/** Where the apps of the cluster are reached. */
export interface Places {
  /** Address of each node, by its name. */
  nodes: Readonly<Record<string, string>>;
  /** `address:port` of what all apps are served by. */
  upstream: string;
}

export interface BenchApp {
  name: string;
  master: string;
  /** Domains besides its own. */
  more: readonly string[];
  /** Grows with each deploy. */
  release: number;
  /** Its number: every one alike in all runs. */
  number: number;
}

/** The apps 0 to `count - 1`: every second one has another node as its master, in turn `others`. */
export function makeApps(count: number, others: readonly string[]): BenchApp[] {
  return Array.from({ length: count }, (_, number) => ({
    name: `site${String(number).padStart(4, '0')}_main`,
    master: number % 2 === 0 ? SELF : (others[((number - 1) / 2) % others.length] ?? SELF),
    more: [],
    release: 1,
    number,
  }));
}

/** The host of an app's first domain. */
export function hostOf({ name }: BenchApp): string {
  return `www.${name.replace('_', '-')}.bench.example`;
}

export function keyOf({ name }: BenchApp): string {
  return `app/${name}`;
}

/** One or two domains; with HTTPS, or for every third HTTP alone; every twentieth has a port of its own. */
export function recordOf(app: BenchApp, { nodes, upstream }: Places): string {
  const { name, master, number, release } = app;
  const domains = [hostOf(app), ...(number % 4 < 2 ? [hostOf(app).replace('www.', '')] : []), ...app.more];
  const schemes = number % 3 === 0 ? ['http'] : ['http', 'https'];
  const urls = domains.flatMap((domain) => schemes.map((scheme) => `${scheme}://${domain}`));
  const container = `${name.replace('_', '-')}-web-1`;
  const record: AppRecord = {
    repo_url: `https://git.bench.example/sites/${name.replace('_main', '')}.git`,
    branch: 'main',
    master,
    slave: null,
    ip: nodes[master] ?? '',
    deploy_id: `r${release}`,
    previous_deploy_id: null,
    deploy_date: '2026-01-01T00:00:00.000000',
    domains,
    urls: urls.join(','),
    caddyfile: `${urls.join(', ')} {\n    encode gzip\n    header X-App ${name}\n    reverse_proxy ${upstream}\n}\n`,
    haproxy: number % 20 === 0 ? portOf(number, container) : {},
    ct: { web: container },
    // a node would look for the snapshots of those that it does not have
    volumes: [],
    commit: release.toString(16).padStart(40, '0'),
  };
  return formatRecord(record);
}

function portOf(number: number, ct: string): AppRecord['haproxy'] {
  const bind = [`*:${20_000 + number}`];
  const backends = [{ name: `tcp${number}`, port: 22, peer_port: 30_000 + number, ct }];
  return { [`tcp${number}`]: { frontend: { mode: 'tcp', bind }, backends } };
}
