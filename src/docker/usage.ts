import type Docker from 'dockerode';
import type { Call } from './docker-call.ts';

/** What a container uses of its machine. Errors: as of the engine that this is a part of. */
export interface Usage {
  /**
   * What a running container has used since it was started; undefined where Docker cannot tell. `cpu`: how long processors have worked
   * for it, in milliseconds. `moved`: bytes that it has read from disks and written to them, 0 where the kernel does not count them. Errors: also
   * `not-found`.
   */
  usage(id: string, options?: { signal?: AbortSignal | undefined }): Promise<Used | undefined>;
}

export interface Used {
  cpu: number;
  moved: number;
}

/** @param call one request, with its errors translated and its deadline in milliseconds */
export function usageCalls(docker: Docker, call: Call): Usage {
  return {
    usage: (id, options) =>
      call(`measure container ${id}`, options, async (abortSignal) => {
        const asked = { stream: false as const, 'one-shot': true, abortSignal };
        const { cpu_stats, blkio_stats } = await docker.getContainer(id).stats(asked);
        const used = cpu_stats?.cpu_usage?.total_usage ?? 0;
        // What runs has used some: nothing is what Docker says where the kernel does not count.
        return used > 0 ? { cpu: used / 1_000_000, moved: bytesOf(blkio_stats) } : undefined;
      }),
  };
}

/** Version 1 of control groups counts sums beside `Read` and `Write`, version 2 has `read` and `write` alone. */
function bytesOf(stats: Docker.BlkioStats | undefined): number {
  const all = stats?.io_service_bytes_recursive ?? [];
  return all
    .filter(({ op }) => ['read', 'write'].includes(op.toLowerCase()))
    .reduce((sum, { value }) => sum + value, 0);
}
