import { z } from 'zod';
import { type RunOutcome, run } from '../command.ts';
import { asCoveyError, CoveyError } from '../errors.ts';
import { findComposeFile, parseConfig, partOf, unescapeDollars } from './compose-file.ts';
import { type DockerSettings, dockerEnvironment } from './environment.ts';

/** How `docker compose` is run. */
export interface ComposeSettings extends DockerSettings {
  /** Added to the environment of docker (`https_proxy`, say), and so seen by `${…}` in compose files. */
  env?: Readonly<Record<string, string>>;
}

interface ComposeOptions {
  signal?: AbortSignal | undefined;
  /** Gets the command's progress, plain text. */
  onLine?: ((line: string) => void) | undefined;
}

/** Only these services, without those that they depend on; absent: all. */
interface Chosen {
  services?: readonly string[] | undefined;
}

interface Naming {
  /** Containers and images are named as version 1 of compose did: `shop_web_1` and `shop_web`, not `shop-web-1`. */
  underscores?: boolean | undefined;
}

/**
 * `docker compose` in a deploy folder, for one project. On abort the command ends with all its children.
 * Errors: `invalid` (no compose file, or not a valid one), `unavailable` (no docker, no compose), `failed` with what
 * compose said last, `timeout`, `cancelled`.
 */
export interface Compose {
  /**
   * The compose files of the folder as compose understands them, merged and normalised (plain JSON).
   * `$CONTAINER` stays as it is written.
   */
  config(dir: string, project: string, options?: ComposeOptions): Promise<unknown>;
  /** Of the plugin, `2.26.1-4` say. */
  version(options?: ComposeOptions): Promise<string>;
  /** Pulls what is not built, or of that what is `missing`. An image that cannot be pulled but is here stays as it is. */
  pull(
    dir: string,
    project: string,
    options?: ComposeOptions & Chosen & { missing?: boolean | undefined },
  ): Promise<void>;
  /** Builds the services that have a `build`; `network` is that of the build's RUN (`host`, say). */
  build(
    dir: string,
    project: string,
    options?: ComposeOptions & Chosen & { network?: string },
  ): Promise<void>;
  /** Creates networks, volumes and containers, and starts none: a later `up` finds them. Docker mounts the volumes for a moment. */
  create(dir: string, project: string, options?: ComposeOptions): Promise<void>;
  /** Creates and starts what is not up as declared, and removes containers of services that are gone. */
  up(dir: string, project: string, options?: ComposeOptions & Naming & Chosen): Promise<void>;
  /** Creates and starts so many containers of each service in all, and leaves those that are there as they are. */
  upBeside(
    dir: string,
    project: string,
    options: ComposeOptions & { scale: Readonly<Record<string, number>> },
  ): Promise<void>;
  /** Stops the containers and keeps them. */
  stop(dir: string, project: string, options?: ComposeOptions): Promise<void>;
  /** Removes containers and networks, and the volumes only where asked to. */
  down(dir: string, project: string, options?: ComposeOptions & { removeVolumes?: boolean }): Promise<void>;
}

const MINUTE = 60_000;

const services = z.looseObject({
  services: z
    .record(
      z.string(),
      z.looseObject({
        image: z.string().optional(),
        build: z.looseObject({}).nullish(),
        pull_policy: z.string().nullish(),
      }),
    )
    .default({}),
});
type Services = z.output<typeof services>;

export function makeCompose(settings: ComposeSettings = {}): Compose {
  const env = { ...dockerEnvironment(settings), ...settings.env };

  function compose(
    dir: string,
    project: string,
    args: string[],
    options: ComposeOptions & Naming & { timeoutMs: number; input?: string },
  ): Promise<RunOutcome> {
    const files = options.input === undefined ? [] : ['--project-directory', dir, '--file', '-'];
    const naming = options.underscores ? ['--compatibility'] : [];
    const global = ['--ansi', 'never', '--progress', 'plain', ...naming, '--project-name', project, ...files];
    const label = `docker compose ${args[0]} (project ${project})`;
    return run('docker', ['compose', ...global, ...args], { ...options, env, cwd: dir, label });
  }

  /** With `$` doubled, as compose prints it: good to be fed to compose again. */
  async function escapedConfig(
    dir: string,
    project: string,
    signal: AbortSignal | undefined,
  ): Promise<string> {
    const file = await findComposeFile(dir);
    const args = ['config', '--format', 'json'];
    try {
      return (await compose(dir, project, args, { signal, timeoutMs: 2 * MINUTE })).stdout;
    } catch (thrown) {
      const error = asCoveyError(thrown);
      if (error.code !== 'failed') throw error;
      if (isWithoutPlugin(error)) throw withoutPlugin(error);
      throw new CoveyError('invalid', `${file} is not a valid compose file: ${error.message}`, {
        cause: error,
      });
    }
  }

  const config = async (dir: string, project: string, { signal }: ComposeOptions = {}) =>
    unescapeDollars(parseConfig(await escapedConfig(dir, project, signal)));

  const servicesOf = async (
    dir: string,
    project: string,
    options: ComposeOptions,
  ): Promise<Services['services']> => services.parse(await config(dir, project, options)).services;

  async function imageIsHere(image: string, signal: AbortSignal | undefined): Promise<boolean> {
    const args = ['image', 'inspect', '--format', '{{.Id}}', image];
    return (await run('docker', args, { env, signal, accept: [0, 1] })).exitCode === 0;
  }

  return {
    config,

    async version({ signal } = {}) {
      const args = ['compose', 'version', '--short'];
      try {
        return (await run('docker', args, { env, signal, label: 'docker compose version' })).stdout.trim();
      } catch (thrown) {
        const error = asCoveyError(thrown);
        throw isWithoutPlugin(error) ? withoutPlugin(error) : error;
      }
    },

    async pull(dir, project, { missing = false, services: chosen, ...options } = {}) {
      const wanted = Object.entries(await servicesOf(dir, project, options)).filter(
        ([name, { image, build, pull_policy: policy }]) =>
          (chosen?.includes(name) ?? true) && image && !build && policy !== 'never' && policy !== 'build',
      );
      const pulled: typeof wanted = [];
      for (const each of wanted)
        if (!missing || !(await imageIsHere(each[1].image ?? '', options.signal))) pulled.push(each);
      if (pulled.length === 0) return;
      const pull = (names: string[]) =>
        compose(dir, project, ['pull', ...names], { ...options, timeoutMs: 60 * MINUTE });
      try {
        await pull(pulled.map(([name]) => name));
        return;
      } catch (error) {
        if (asCoveyError(error).code !== 'failed') throw error;
      }
      // One of them failed, and compose gives up the others with it: which may be done without?
      for (const [name, { image = '' }] of pulled) {
        try {
          await pull([name]);
        } catch (error) {
          if (asCoveyError(error).code !== 'failed' || !(await imageIsHere(image, options.signal)))
            throw error;
          options.onLine?.(`${image} cannot be pulled; the one that is here is used`);
        }
      }
    },

    async build(dir, project, { network, services: chosen, ...options } = {}) {
      const json = parseConfig(await escapedConfig(dir, project, options.signal));
      const built = Object.entries(services.parse(json).services).filter(
        ([name, { build }]) => build && (chosen?.includes(name) ?? true),
      );
      if (built.length === 0) return;
      if (network === undefined) {
        await compose(dir, project, ['build', ...(chosen ?? [])], { ...options, timeoutMs: 120 * MINUTE });
        return;
      }
      // `compose build` has no option for it, so it goes into the file.
      const input = services.parse(json);
      for (const { build } of Object.values(input.services)) if (build) build.network = network;
      await compose(dir, project, ['build'], {
        ...options,
        timeoutMs: 120 * MINUTE,
        input: JSON.stringify(input),
      });
    },

    async create(dir, project, options = {}) {
      await findComposeFile(dir);
      await compose(dir, project, ['create', '--no-build'], { ...options, timeoutMs: 15 * MINUTE });
    },

    async up(dir, project, { services: chosen, ...options } = {}) {
      await findComposeFile(dir);
      const args = ['up', '--detach', '--no-build', '--remove-orphans'];
      if (chosen === undefined) {
        await compose(dir, project, args, { ...options, timeoutMs: 15 * MINUTE });
        return;
      }
      const part = partOf(parseConfig(await escapedConfig(dir, project, options.signal)), chosen);
      await compose(dir, project, args, { ...options, timeoutMs: 15 * MINUTE, input: JSON.stringify(part) });
    },

    async upBeside(dir, project, { scale, ...options }) {
      await findComposeFile(dir);
      const counts = Object.entries(scale).flatMap(([service, count]) => ['--scale', `${service}=${count}`]);
      const args = ['up', '--detach', '--no-build', '--no-recreate', ...counts];
      await compose(dir, project, args, { ...options, timeoutMs: 15 * MINUTE });
    },

    async stop(dir, project, options = {}) {
      await findComposeFile(dir);
      await compose(dir, project, ['stop'], { ...options, timeoutMs: 10 * MINUTE });
    },

    async down(dir, project, { removeVolumes = false, ...options } = {}) {
      await findComposeFile(dir);
      const args = ['down', '--remove-orphans', ...(removeVolumes ? ['--volumes'] : [])];
      await compose(dir, project, args, { ...options, timeoutMs: 10 * MINUTE });
    },
  };
}

/** Docker takes what stands behind `compose` for its own then. */
function isWithoutPlugin({ code, message }: CoveyError): boolean {
  return code === 'failed' && /is not a docker command|unknown (shorthand )?(flag|command)/.test(message);
}

function withoutPlugin(cause: CoveyError): CoveyError {
  return new CoveyError('unavailable', 'Docker on this node has no "docker compose"', {
    cause,
    hint: 'Install the compose plugin, version 2.20 or later',
  });
}
