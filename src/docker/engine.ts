import Docker from 'dockerode';
import type { CoveyError } from '../errors.ts';
import { type Container, listContainers, readContainer } from './containers.ts';
import { type Call, callDocker, gone } from './docker-call.ts';
import { type Endings, endingCalls } from './endings.ts';
import { execIn } from './exec.ts';
import { type Execs, openExec } from './exec-session.ts';
import { unframe } from './frames.ts';
import { type Images, imageCalls } from './images.ts';
import { type Lives, lifeCalls } from './lives.ts';
import { type Logs, logLines } from './log-lines.ts';
import { type Usage, usageCalls } from './usage.ts';
import { watchContainers } from './watch.ts';

export type { Container };

/** Bounds of one call. */
interface EngineOptions {
  signal?: AbortSignal | undefined;
}

/**
 * Docker's API. Every call has a deadline of its own besides the caller's signal. What is gone already is no error
 * where it was to go. Errors: `unavailable` (Docker does not answer), `not-found`, `conflict` (in use), `failed`
 * with what Docker says, `timeout`, `cancelled`.
 */
export interface Engine extends Images, Logs, Execs, Lives, Endings, Usage {
  /** All containers, or those of one compose project, or those that have a volume, in any state, by name. */
  containers(options?: EngineOptions & { project?: string; volume?: string }): Promise<Container[]>;
  /** The container of that name, in any state; undefined where there is none. */
  container(name: string, options?: EngineOptions): Promise<Container | undefined>;
  /**
   * All containers now, or those of one compose project, and again whenever one changes; several changes at once may come as one. It outlives a
   * restart of Docker: `onError` is told, and the next list is that after the reconnection. Ends with the signal.
   */
  watchContainers(options: {
    signal: AbortSignal;
    project?: string;
    onError?: (error: CoveyError) => void;
  }): AsyncGenerator<Container[]>;
  /** The last lines that a container wrote, standard output and error together. */
  logs(id: string, options: EngineOptions & { lines: number }): Promise<string>;
  /**
   * Runs a command in a running container. An abort ends the waiting; the command itself Docker cannot end.
   * Errors: also `failed` if it prints more than 16 MiB.
   */
  exec(
    id: string,
    argv: readonly string[],
    options?: EngineOptions & { input?: string | Uint8Array; timeoutMs?: number },
  ): Promise<{ exitCode: number; stdout: string; stderr: string }>;
  /** The names of the volumes that Docker knows, of one compose project or of one driver where that is given. */
  volumes(options?: EngineOptions & { project?: string; driver?: string }): Promise<string[]>;
  /** Removes a volume, through its driver. Errors: `conflict` if a container uses it. */
  removeVolume(name: string, options?: EngineOptions): Promise<void>;
  networkExists(name: string, options?: EngineOptions): Promise<boolean>;
  /** Of the engine, and the newest API that it speaks. */
  version(options?: EngineOptions): Promise<{ version: string; api: string }>;
  /** Of containers that name none: `json-file`, unless the node's operator has set another one. */
  loggingDriver(options?: EngineOptions): Promise<string>;
  /** Removes the networks that compose made for a project. Errors: `conflict` if a container is still on one. */
  removeNetworks(project: string, options?: EngineOptions): Promise<void>;
}

const SECOND = 1_000;

export function makeEngine({ socket = '/var/run/docker.sock' }: { socket?: string } = {}): Engine {
  const docker = new Docker({ socketPath: socket });
  const call: Call = (what, options, work, timeoutMs = 30 * SECOND) =>
    callDocker(what, { socket, signal: options?.signal, timeoutMs }, work);

  const containers = (options: EngineOptions & { project?: string; volume?: string } = {}) =>
    call('list containers', options, (abortSignal) => listContainers(docker, options, abortSignal));

  return {
    containers,
    async container(name, options) {
      const found = call(`look at container ${name}`, options, async (abortSignal) =>
        readContainer(await docker.getContainer(name).inspect({ abortSignal })),
      );
      return found.catch((error: CoveyError) => {
        if (error.code === 'not-found') return undefined;
        throw error;
      });
    },

    watchContainers: ({ project, ...options }) =>
      watchContainers({
        docker,
        socket,
        list: ({ signal }) => containers({ signal, ...(project === undefined ? {} : { project }) }),
        ...options,
      }),

    logs: (id, options) =>
      call(`read the log of container ${id}`, options, async (abortSignal) => {
        const container = docker.getContainer(id);
        const raw = await container.logs({
          stdout: true,
          stderr: true,
          tail: options.lines,
          follow: false,
          abortSignal,
        });
        const { Config } = await container.inspect({ abortSignal });
        return Config.Tty ? raw.toString('utf8') : unframe(raw);
      }),

    openExec: (id, options) => openExec(docker, socket, id, options),

    logLines: (id, options) => logLines(docker, socket, id, options),

    exec: (id, argv, options = {}) =>
      call(
        `run ${argv[0]} in container ${id}`,
        options,
        (abortSignal) => execIn(docker, id, argv, options.input, abortSignal),
        options.timeoutMs ?? 60 * SECOND,
      ),

    volumes: (options = {}) =>
      call('list volumes', options, async (abortSignal) => {
        const filters: Record<string, string[]> = {};
        if (options.project !== undefined) filters.label = [`com.docker.compose.project=${options.project}`];
        if (options.driver !== undefined) filters.driver = [options.driver];
        const { Volumes } = await docker.listVolumes({ filters, abortSignal });
        return (Volumes ?? []).map(({ Name }) => Name).sort();
      }),

    async removeVolume(name, options) {
      await gone(
        call(
          `remove volume ${name}`,
          options,
          (abortSignal) => docker.getVolume(name).remove({ abortSignal }),
          120 * SECOND,
        ),
      );
    },

    networkExists: (name, options) =>
      call('list networks', options, async (abortSignal) => {
        // The filter takes any name that holds this one.
        const networks = await docker.listNetworks({ filters: { name: [name] }, abortSignal });
        return networks.some((network) => network.Name === name);
      }),

    version: (options) =>
      call('tell its version', options, async (abortSignal) => {
        // The library's types know no options here; it takes them.
        const { version } = docker as unknown as { version(o: object): Promise<Docker.DockerVersion> };
        const { Version, ApiVersion } = await version.call(docker, { abortSignal });
        return { version: Version, api: ApiVersion };
      }),

    loggingDriver: (options) =>
      call('tell its logging driver', options, async (abortSignal) => {
        // Neither options nor the answer are in the library's types.
        const { info } = docker as unknown as { info(o: object): Promise<{ LoggingDriver: string }> };
        return (await info.call(docker, { abortSignal })).LoggingDriver;
      }),

    async removeNetworks(project, options) {
      const label = [`com.docker.compose.project=${project}`];
      const networks = await call('list networks', options, (abortSignal) =>
        docker.listNetworks({ filters: { label }, abortSignal }),
      );
      for (const { Id, Name } of networks) {
        await gone(
          call(`remove network ${Name}`, options, (abortSignal) =>
            docker.getNetwork(Id).remove({ abortSignal }),
          ),
        );
      }
    },

    ...imageCalls(docker, call),
    ...lifeCalls(docker, call),
    ...endingCalls(docker, call),
    ...usageCalls(docker, call),
  };
}
