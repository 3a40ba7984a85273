import type Docker from 'dockerode';

/** One container as it is now. */
export interface Container {
  id: string;
  /** Without the slash that Docker puts before it. */
  name: string;
  /** Compose project and service; empty if compose did not make it. */
  project: string;
  service: string;
  /** Of those of its service, as compose counts them; 0 if compose did not make it. */
  number: number;
  /** Folder that compose was run in; empty if compose did not make it. */
  workingDir: string;
  /** Services that it needs while it runs, as the compose file says. */
  dependsOn: string[];
  /** Whether `docker compose run` made it: a task beside the service, which nobody depends on. */
  oneOff: boolean;
  /** created, running, paused, restarting, removing, exited or dead. */
  state: string;
  /** `none` without a healthcheck; else starting, healthy or unhealthy. */
  health: string;
  /** Network -> IPv4 address; only those that have one, so none of a stopped container. */
  networks: Record<string, string>;
  /** Whether it has no network of its own, but the host's. */
  hostNetwork: boolean;
  /** Network -> further names there, such as its swarm service's; only of networks with an address. */
  aliases: Record<string, readonly string[]>;
  /** Of the last start; the epoch if it never was started. */
  startedAt: Date;
  /** How often Docker restarted it by its restart policy. */
  restarts: number;
  /** Whether Docker starts it again when it ends, other than by being told to stop. */
  restartable: boolean;
  /** Whether it does so also when it ends with 0, as policies other than `on-failure` say. */
  alwaysRestarted: boolean;
  /** Of its last end; 0 while it runs. */
  exitCode: number;
  /** The name by which it was created, and what that meant then. */
  image: string;
  imageId: string;
  /** What it has mounted besides memory; `source` is a path of the host. */
  mounts: readonly { volume: boolean; source: string; writable: boolean }[];
}

/** All containers, or those of one project or with one volume, by name; one that goes while we look is left out. */
export async function listContainers(
  docker: Docker,
  { project, volume }: { project?: string; volume?: string },
  abortSignal: AbortSignal,
): Promise<Container[]> {
  const filters: Record<string, string[]> = {
    ...(project === undefined ? {} : { label: [`com.docker.compose.project=${project}`] }),
    ...(volume === undefined ? {} : { volume: [volume] }),
  };
  const listed = await docker.listContainers({ all: true, filters, abortSignal });
  const found = await Promise.all(
    listed.map(async ({ Id }) => {
      try {
        return readContainer(await docker.getContainer(Id).inspect({ abortSignal }));
      } catch (error) {
        if ((error as { statusCode?: number }).statusCode === 404) return null;
        throw error;
      }
    }),
  );
  return found.filter((one) => one !== null).sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Docker's description as ours. Exported for its test. */
export function readContainer(info: Docker.ContainerInspectInfo): Container {
  const labels = info.Config.Labels ?? {};
  const started = new Date(info.State.StartedAt);
  const joined = Object.entries(info.NetworkSettings.Networks ?? {}).filter(([, { IPAddress }]) => IPAddress);
  const service = labels['com.docker.swarm.service.name'];
  const aliasesIn = ({ Aliases }: { Aliases?: readonly string[] | null }) => [
    ...(Aliases ?? []),
    ...(service ? [service] : []),
  ];
  return {
    id: info.Id,
    name: info.Name.replace(/^\//, ''),
    project: labels['com.docker.compose.project'] ?? '',
    service: labels['com.docker.compose.service'] ?? '',
    number: Number(labels['com.docker.compose.container-number'] ?? 0),
    workingDir: labels['com.docker.compose.project.working_dir'] ?? '',
    dependsOn: servicesIn(labels['com.docker.compose.depends_on'] ?? ''),
    oneOff: labels['com.docker.compose.oneoff']?.toLowerCase() === 'true',
    state: info.State.Status,
    health: info.State.Health?.Status ?? 'none',
    networks: Object.fromEntries(joined.map(([name, { IPAddress }]) => [name, IPAddress])),
    hostNetwork: info.HostConfig.NetworkMode === 'host',
    aliases: Object.fromEntries(joined.map(([name, network]) => [name, aliasesIn(network)])),
    // Docker writes the year 1 for "never".
    startedAt: started.getTime() > 0 ? started : new Date(0),
    restarts: info.RestartCount,
    restartable: !['', 'no'].includes(info.HostConfig.RestartPolicy?.Name ?? ''),
    alwaysRestarted: !['', 'no', 'on-failure'].includes(info.HostConfig.RestartPolicy?.Name ?? ''),
    exitCode: info.State.ExitCode,
    image: info.Config.Image,
    imageId: info.Image,
    mounts: (info.Mounts ?? [])
      .filter(({ Type }) => Type !== 'tmpfs')
      .map(({ Type, Source, RW }) => ({ volume: Type === 'volume', source: Source, writable: RW })),
  };
}

/** As compose writes them: `db:service_started:false,redis:service_healthy:true`. */
function servicesIn(label: string): string[] {
  const names = label.split(',').map((each) => (each.split(':')[0] ?? '').trim());
  return names.filter((name) => name !== '');
}
