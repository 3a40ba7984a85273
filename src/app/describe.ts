import { CoveyError } from '../errors.ts';
import { domainsOf, siteAddresses, urlsOf } from '../render/caddyfile/address.ts';
import { joinCaddyfiles, readCaddyfile } from '../render/caddyfile/app.ts';
import { type HaproxyPart, mergeHaproxy, parseHaproxy } from '../render/haproxy/definition.ts';
import { parseCheckUrls } from './check-urls.ts';
import {
  type ComposeConfig,
  type ComposeService,
  composeSchema,
  containerName,
  joins,
  replicas,
} from './compose.ts';
import type { Release, Volume } from './release.ts';
import { scheduleProblems } from './schedules.ts';

/** The network on which Caddy and HAProxy reach the containers of all apps. */
export const CLUSTER_NETWORK = 'cluster_default';

const CONTAINER = '$CONTAINER';

export interface Source {
  /** What `docker compose config --format json` prints, parsed. */
  config: unknown;
  project: string;
  commit: string;
  /** Name of our volume driver. */
  driver: string;
  hasUpdateScript: boolean;
  /** The text of `service.json`, which is a definition that Consul takes; none or empty where there is none. */
  serviceJson?: string;
}

/**
 * What a release is, from its compose file.
 * @throws CoveyError `invalid` that lists everything that is wrong, service by service
 */
export function describeRelease(source: Source): Release {
  const parsed = composeSchema.safeParse(source.config);
  if (!parsed.success) {
    const first = parsed.error.issues[0];
    throw new CoveyError(
      'invalid',
      `The compose file is not understood at ${first?.path.join('.')}: ${first?.message}.`,
    );
  }
  const config = parsed.data;
  const problems: string[] = [];
  const attempt = <T>(service: string, work: () => T): T | undefined => {
    try {
      return work();
    } catch (thrown) {
      if (!(thrown instanceof CoveyError) || thrown.code !== 'invalid') throw thrown;
      problems.push(`service ${service}: ${thrown.message}`);
      return undefined;
    }
  };

  const containers: Record<string, string> = {};
  const caddyfiles: string[] = [];
  const haproxies: { ct: string; part: HaproxyPart }[] = [];
  const checkUrls: string[] = [];
  for (const [name, service] of Object.entries(config.services)) {
    if (replicas(service) > 0) containers[name] = containerName(source.project, name, service);
    const container = containers[name];
    const { CADDYFILE: caddyfile, HAPROXY: haproxy, CONSUL_CHECK_URLS: urls } = service.environment ?? {};
    if (caddyfile?.trim()) {
      const text = attempt(name, () => bind(caddyfile, { name, service, config, container }));
      if (text !== undefined && attempt(name, () => siteAddresses(readCaddyfile(text))))
        caddyfiles.push(text);
    }
    if (haproxy?.trim()) {
      const declared = attempt(name, () => ({
        part: parseHaproxy(haproxy),
        ct: onNetwork({ name, service, config, container }, 'HAPROXY'),
      }));
      if (declared) haproxies.push(declared);
    }
    if (urls) checkUrls.push(...(attempt(name, () => parseCheckUrls(urls)) ?? []));
  }
  const caddyfile = attempt(Object.keys(containers).join(', '), () => joinCaddyfiles(caddyfiles)) ?? '';
  const addresses = siteAddresses(readCaddyfile(caddyfile));
  const haproxy = attempt(Object.keys(containers).join(', '), () => mergeHaproxy(haproxies)) ?? {};
  const volumes = volumesOf(config, source);
  problems.push(...volumes.flatMap(scheduleProblems));
  if (problems.length > 0) {
    throw new CoveyError('invalid', `The release cannot be served: ${problems.join('; ')}.`, {
      hint: 'Correct the compose file, commit, and deploy again.',
    });
  }
  return {
    commit: source.commit,
    containers,
    volumes,
    caddyfile,
    urls: urlsOf(addresses),
    domains: domainsOf(addresses),
    haproxy,
    hasUpdateScript: source.hasUpdateScript,
    checkUrls: [...new Set(checkUrls)],
    serviceJson: source.serviceJson ?? '',
  };
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
        full: volume?.name ?? `${source.project}_${short}`,
        driver,
        replicated: driver === source.driver,
        labels: volume?.labels ?? {},
      },
    ];
  });
}
