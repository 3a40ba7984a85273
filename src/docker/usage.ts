import type Docker from 'dockerode';
import type { Call } from './docker-call.ts';

/** What a container uses of its machine. Errors: as of the engine that this is a part of. */
export interface Usage {
  /**
   * How long processors have worked for a running container, in milliseconds; undefined where Docker cannot tell. Errors: also `not-found`.
   */
  cpuTime(id: string, options?: { signal?: AbortSignal | undefined }): Promise<number | undefined>;
}

/** @param call one request, with its errors translated and its deadline in milliseconds */
export function usageCalls(docker: Docker, call: Call): Usage {
  return {
    cpuTime: (id, options) =>
      call(`measure container ${id}`, options, async (abortSignal) => {
        const asked = { stream: false as const, 'one-shot': true, abortSignal };
        const stats = await docker.getContainer(id).stats(asked);
        const used = stats.cpu_stats?.cpu_usage?.total_usage ?? 0;
        // What runs has used some: nothing is what Docker says where the kernel does not count.
        return used > 0 ? used / 1_000_000 : undefined;
      }),
  };
}
