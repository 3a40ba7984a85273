import { CoveyError } from '../errors.ts';
import { domainsOf, siteAddresses, urlsOf } from '../render/caddyfile/address.ts';
import { joinCaddyfiles, readCaddyfile } from '../render/caddyfile/app.ts';
import { caddyfileProblems } from '../render/caddyfile/problems.ts';
import { type HaproxyPart, mergeHaproxy, parseHaproxy } from '../render/haproxy/definition.ts';
import { balancedOf } from './balanced.ts';
import { swapOf } from './beside.ts';
import { parseCheckUrls } from './check-urls.ts';
import {
  type ComposeConfig,
  type ComposeService,
  composeSchema,
  containerName,
  joins,
  replicas,
  volumeName,
} from './compose.ts';
import type { Release, Volume } from './release.ts';
import { scheduleProblems } from './schedules.ts';
import { takeoverOf } from './takeover.ts';
import { unchangedServices } from './unchanged.ts';

/** The network on which Caddy and HAProxy reach the containers of all apps. */
export const CLUSTER_NETWORK = 'cluster_default';

const CONTAINER = '$CONTAINER';

export interface Source {
  /** What `docker compose config --format json` prints, parsed. */
  config: unknown;
  project: string;
  commit: string;
  /** The same of the release that runs there; absent: none does, or nobody has looked. */
  before?: unknown;
  /** Where it is checked out; absent: nobody knows what is its own there. */
  folder?: string;
  /** Name of our volume driver. */
  driver: string;
  hasUpdateScript: boolean;
  hasPostMigrateScript?: boolean;
  /** The text of `service.json`, which is a definition that Consul takes; none or empty where there is none. */
  serviceJson?: string;
}

/**
 * What a release is, from its compose file.
 * @throws CoveyError `invalid` that lists everything that is wrong, service by service
 */
export function describeRelease(source: Source): Release {
  const { release, problems } = examineRelease(source);
  if (release !== undefined) return release;
  throw new CoveyError('invalid', `The release cannot be served: ${problems.join('; ')}.`, {
    hint: 'Correct the compose file, commit, and deploy again.',
  });
}

/** What a release is, or everything that is wrong with it, one each place. */
export function examineRelease(source: Source): { release?: Release; problems: string[] } {
  const parsed = composeSchema.safeParse(source.config);
  if (!parsed.success) {
    const issues = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
    return { problems: issues.map((issue) => `the compose file is not understood at ${issue}`) };
  }
  const config = parsed.data;
  const problems: string[] = [];
  const attempt = <T>(service: string, work: () => T): T | undefined => {
    try {
      return work();
    } catch (thrown) {
      if (!(thrown instanceof CoveyError) || thrown.code !== 'invalid') throw thrown;
      // HAPROXY tells all of its faults, one a line
      const faults = thrown.message.split(/\n(?=HAPROXY )/);
      problems.push(...faults.map((fault) => `service ${service}: ${fault}`));
      return undefined;
    }
  };

  const containers: Record<string, string> = {};
  const sites = new Map<string, string>();
  const haproxies: { ct: string; part: HaproxyPart }[] = [];
  const checkUrls: string[] = [];
  for (const [name, service] of Object.entries(config.services)) {
    if (replicas(service) > 0) containers[name] = containerName(source.project, name, service);
    const container = containers[name];
    const { CADDYFILE: caddyfile, HAPROXY: haproxy, CONSUL_CHECK_URLS: urls } = service.environment ?? {};
    if (caddyfile?.trim()) {
      const text = attempt(name, () => bind(caddyfile, { name, service, config, container }));
      const faults = caddyfileProblems(text ?? caddyfile);
      problems.push(...faults.map((fault) => `service ${name}: ${fault}`));
      if (text !== undefined && faults.length === 0) sites.set(name, text);
    }
    if (haproxy?.trim()) {
      const ct = attempt(name, () => onNetwork({ name, service, config, container }, 'HAPROXY'));
      const part = attempt(name, () => parseHaproxy(haproxy));
      if (part !== undefined && ct !== undefined) haproxies.push({ part, ct });
    }
    if (urls) checkUrls.push(...(attempt(name, () => parseCheckUrls(urls)) ?? []));
  }
  const caddyfile =
    attempt(Object.keys(containers).join(', '), () => joinCaddyfiles([...sites.values()])) ?? '';
  const addresses = siteAddresses(readCaddyfile(caddyfile));
  const haproxy = attempt(Object.keys(containers).join(', '), () => mergeHaproxy(haproxies)) ?? {};
  const volumes = volumesOf(config, source);
  problems.push(...volumes.flatMap(scheduleProblems));
  const wanted = takeoverOf(config['x-covey']);
  problems.push(...wanted.problems);
  if (problems.length > 0) return { problems };
  const replicated = volumes.flatMap((volume) => (volume.replicated ? [volume.short] : []));
  const spread = balancedOf(config, { project: source.project, sites, replicated });
  const { folder, before } = source;
  const beside = swapOf(config, { folder, now: source.config, before });
  problems.push(...spread.problems, ...beside.problems);
  if (problems.length > 0) return { problems };
  const release = {
    commit: source.commit,
    containers,
    volumes,
    caddyfile,
    urls: urlsOf(addresses),
    domains: domainsOf(addresses),
    haproxy,
    hasUpdateScript: source.hasUpdateScript,
    hasPostMigrateScript: source.hasPostMigrateScript ?? false,
    checkUrls: [...new Set(checkUrls)],
    serviceJson: source.serviceJson ?? '',
    ...(wanted.takeover && { takeover: wanted.takeover }),
    ...(beside.swap && { swap: beside.swap }),
    ...(spread.balanced && { balanced: spread.balanced }),
    built: Object.keys(config.services).filter((name) => config.services[name]?.build),
    unchanged: unchangedServices(config, source.config, before),
  };
  return { release, problems };
}

interface Located {
  name: string;
  service: ComposeService;
  config: ComposeConfig;
  container: string | undefined;
}

/** The CADDYFILE with the container's name in the place of `$CONTAINER`. */
function bind(caddyfile: string, located: Located): string {
  if (!caddyfile.includes(CONTAINER)) return caddyfile;
  return caddyfile.replaceAll(CONTAINER, onNetwork(located, 'CADDYFILE'));
}

/** The container's name, where it is one that the proxies can reach. */
function onNetwork({ service, config, container }: Located, what: string): string {
  if (container === undefined) {
    throw new CoveyError('invalid', `${what} needs a container, and the service runs none (0 replicas)`);
  }
  if (!joins(config, service, CLUSTER_NETWORK)) {
    throw new CoveyError('invalid', `${what} needs the service on the external network ${CLUSTER_NETWORK}`);
  }
  return container;
}

function volumesOf(config: ComposeConfig, source: Source): Volume[] {
  return Object.entries(config.volumes ?? {}).flatMap(([short, volume]) => {
    if (volume?.external) return []; // somebody else's
    const driver = volume?.driver ?? 'local';
    return [
      {
        short,
        full: volumeName(source.project, short, volume ?? null),
        driver,
        replicated: driver === source.driver,
        labels: volume?.labels ?? {},
      },
    ];
  });
}
