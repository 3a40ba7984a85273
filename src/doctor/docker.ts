import { type Check, error, type Finding, ok } from './check.ts';

/** Docker on the node. Each call throws where Docker does not answer. */
export interface DockerSource {
  /** Name of the network of the apps' containers. */
  network: string;
  haproxyContainer: string;
  driver: string;
  version(signal: AbortSignal): Promise<{ version: string; api: string }>;
  /** Of the compose plugin. */
  composeVersion(signal: AbortSignal): Promise<string>;
  networkExists(signal: AbortSignal): Promise<boolean>;
  /** Whether HAProxy's container is in the host's network; undefined where there is none. */
  haproxyOnHost(signal: AbortSignal): Promise<boolean | undefined>;
  /** What the plugin that listens under the driver's name says that it is. */
  driverKinds(signal: AbortSignal): Promise<readonly string[]>;
}

/** Oldest compose plugin whose options are used. */
const COMPOSE = { major: 2, minor: 20 };

export function dockerChecks(source: DockerSource): Check[] {
  const engine = 'systemctl start docker; systemctl status docker says why it does not run';
  return [
    {
      name: 'docker',
      hint: engine,
      look: async (signal) => {
        const { version, api } = await source.version(signal);
        return ok(`Docker ${version}, API ${api}`);
      },
    },
    {
      name: 'docker compose',
      hint: "in covey's folder: docker compose build peer && docker compose up -d (the peer's image holds the plugin)",
      look: async (signal) => judgeCompose(await source.composeVersion(signal)),
    },
    {
      name: 'docker network',
      hint: engine,
      look: async (signal) => judgeNetwork(source.network, await source.networkExists(signal)),
    },
    {
      name: 'haproxy network',
      hint: engine,
      look: async (signal) =>
        judgeHaproxyNetwork(source.haproxyContainer, await source.haproxyOnHost(signal)),
    },
    {
      name: 'volume driver',
      hint: 'docker restart covey-peer (it serves the driver)',
      look: async (signal) => judgeDriver(source.driver, await source.driverKinds(signal)),
    },
  ];
}

/** @param version as `docker compose version --short` says, `2.26.1-4` or `v2.39.0` */
export function judgeCompose(version: string): Finding {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number);
  const isOld = major < COMPOSE.major || (major === COMPOSE.major && minor < COMPOSE.minor);
  if (!isOld) return ok(`compose ${version}`);
  return error(
    `compose ${version || 'without a version'} is older than ${COMPOSE.major}.${COMPOSE.minor}`,
    "in covey's folder: docker compose build --pull peer && docker compose up -d",
  );
}

export function judgeNetwork(network: string, exists: boolean): Finding {
  if (exists) return ok(`the network ${network} is there`);
  return error(
    `there is no network ${network}`,
    "in covey's folder: node/install.sh && docker compose up -d",
  );
}

export function judgeHaproxyNetwork(container: string, onHost: boolean | undefined): Finding {
  if (onHost) return ok(`${container} is in the host's network`);
  return error(
    onHost === undefined ? `there is no container ${container}` : `${container} is not in the host's network`,
    "in covey's folder: docker compose up -d haproxy (network_mode: host in docker-compose.yml)",
  );
}

export function judgeDriver(driver: string, kinds: readonly string[]): Finding {
  if (kinds.includes('VolumeDriver')) return ok(`${driver} answers`);
  return error(
    `what answers as ${driver} is no volume driver (${kinds.join(', ') || 'it does not say what it is'})`,
    'docker restart covey-peer',
  );
}
