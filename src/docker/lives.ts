import type Docker from 'dockerode';
import { type Call, gone } from './docker-call.ts';

interface Options {
  signal?: AbortSignal | undefined;
}

/** What Docker's API does with containers that are there. Errors: as of the engine that this is a part of. */
export interface Lives {
  /** Stops a container: SIGTERM, and SIGKILL after `graceSeconds` (default: the container's own, usually 10). */
  stopContainer(id: string, options?: Options & { graceSeconds?: number }): Promise<void>;
  restartContainer(id: string, options?: Options & { graceSeconds?: number }): Promise<void>;
  /** Whether Docker starts a container again when it ends by itself. */
  setRestartPolicy(id: string, policy: 'no' | 'unless-stopped', options?: Options): Promise<void>;
  /** Removes a container, also a running one with `force`; its volumes stay. */
  removeContainer(id: string, options?: Options & { force?: boolean }): Promise<void>;
  /** Gives a container another name, running or not. Errors: also `conflict` where another one has it. */
  renameContainer(id: string, name: string, options?: Options): Promise<void>;
}

const SECOND = 1_000;

/** @param call one request, with its errors translated and its deadline in milliseconds */
export function lifeCalls(docker: Docker, call: Call): Lives {
  return {
    async stopContainer(id, options) {
      const { graceSeconds } = options ?? {};
      await gone(
        call(
          `stop container ${id}`,
          options,
          (abortSignal) =>
            docker
              .getContainer(id)
              .stop({ abortSignal, ...(graceSeconds === undefined ? {} : { t: graceSeconds }) }),
          // A container may have asked for a long grace of its own.
          graceSeconds === undefined ? 10 * 60 * SECOND : (graceSeconds + 30) * SECOND,
        ),
        // 304: it is stopped already.
        [304, 404],
      );
    },

    async restartContainer(id, options) {
      const { graceSeconds } = options ?? {};
      await call(
        `restart container ${id}`,
        options,
        (abortSignal) =>
          docker
            .getContainer(id)
            .restart({ abortSignal, ...(graceSeconds === undefined ? {} : { t: graceSeconds }) }),
        10 * 60 * SECOND,
      );
    },

    async setRestartPolicy(id, policy, options) {
      await call(`set the restart policy of container ${id}`, options, (abortSignal) =>
        docker.getContainer(id).update({ RestartPolicy: { Name: policy }, abortSignal }),
      );
    },

    async removeContainer(id, options) {
      const { force = false } = options ?? {};
      await gone(
        call(
          `remove container ${id}`,
          options,
          (abortSignal) => docker.getContainer(id).remove({ force, abortSignal }),
          120 * SECOND,
        ),
      );
    },

    async renameContainer(id, name, options) {
      await call(`rename container ${id} to ${name}`, options, (abortSignal) =>
        // The library's types know no signal here; it takes one.
        docker.getContainer(id).rename({ name, abortSignal } as { name: string }),
      );
    },
  };
}
