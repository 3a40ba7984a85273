import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type Docker from 'dockerode';
import { z } from 'zod';
import type { Call } from './docker-call.ts';

/** What Docker is just ending. Errors: as of the engine that this is a part of. */
export interface Endings {
  /**
   * Ids of the containers of a project that run, but have been told to stop: Docker goes on with that whoever asked for it, and they are
   * killed when their grace is over. One that has had it and still runs was only told something.
   */
  ending(project: string, options?: { signal?: AbortSignal | undefined }): Promise<string[]>;
}

/** Docker's own grace, in seconds. */
const GRACE = 10;

/** From the end of the grace to that of the container, in seconds. */
const KILL = 2;

/** Asks many servers to read their settings anew, and ends none that Docker would call stopped. */
const SIGHUP = '1';

const event = z.looseObject({
  timeNano: z.number(),
  Actor: z.looseObject({ ID: z.string(), Attributes: z.looseObject({ signal: z.string().default('') }) }),
});

/** @param call one request, with its errors translated and its deadline in milliseconds */
export function endingCalls(docker: Docker, call: Call): Endings {
  return {
    ending: (project, options) =>
      call(`tell what ends of project ${project}`, options, async (abortSignal) => {
        const label = [`com.docker.compose.project=${project}`];
        const listed = await docker.listContainers({ filters: { label, status: ['running'] }, abortSignal });
        if (listed.length === 0) return [];
        const lives = new Map<string, Life>();
        for (const { Id } of listed) lives.set(Id, await lifeOf(docker, Id, abortSignal));
        const now = Date.now() / 1_000;
        const since = now - Math.max(...[...lives.values()].map(({ grace }) => grace)) - KILL;
        const filters = { type: ['container' as const], event: ['kill'], label };
        const told = (await docker.getEvents({ since, until: now, filters, abortSignal })) as Readable;
        const ids = (await text(told))
          .split('\n')
          .filter((line) => line !== '')
          .map((line) => event.parse(JSON.parse(line)))
          .filter(({ Actor }) => Actor.Attributes.signal !== SIGHUP)
          .filter(({ timeNano, Actor }) => {
            const life = lives.get(Actor.ID);
            const at = timeNano / 1e9;
            return life !== undefined && at > life.since && at + life.grace + KILL > now;
          })
          .map(({ Actor }) => Actor.ID);
        return [...new Set(ids)];
      }),
  };
}

/** When it was started, and its grace, in seconds. */
interface Life {
  since: number;
  grace: number;
}

async function lifeOf(docker: Docker, id: string, abortSignal: AbortSignal): Promise<Life> {
  const { State, Config } = await docker.getContainer(id).inspect({ abortSignal });
  // Not in the library's types.
  const { StopTimeout } = Config as { StopTimeout?: number | null };
  return { since: Date.parse(State.StartedAt) / 1_000, grace: StopTimeout ?? GRACE };
}
