import { setTimeout as pause } from 'node:timers/promises';
import type { Container } from '../../docker/containers.ts';
import type { Survey } from '../results.ts';
import { type ActionDeps, type ActionOptions, lines, type Performed } from './action.ts';
import { settleNames } from './names.ts';
import { stopAll } from './stop-all.ts';

/** Between two looks whether a container has ended, in milliseconds. */
const POLL = 200;

/** Looks what the node holds of an app. */
export function survey({ engine, store, cutover, deployRoot, balance }: ActionDeps): Performed<'survey'> {
  return {
    run: async ({ name, project, volumes, replicas, answers }, { signal }) => {
      const here = new Set([...(await engine.volumes({ signal })), ...(await store.list())]);
      for (const volume of await store.provisional()) here.delete(volume);
      const containers = await engine.containers({ project, signal });
      return {
        volumes: volumes.filter((volume) => here.has(volume)),
        // What is named by its digest or id keeps its meaning whatever is built.
        containers: containers.map((container) => ({
          id: container.id,
          service: container.service,
          name: container.name,
          image: container.image,
          imageId: container.state === 'running' && !container.oneOff ? container.imageId : undefined,
          spare: isSpare(container, deployRoot),
          lasting: isLasting(container, deployRoot),
        })),
        running: containers.some(({ state }) => state === 'running' || state === 'restarting'),
        images: Object.fromEntries(
          containers
            .filter(({ image }) => !image.includes('@') && !image.startsWith('sha256:'))
            .map(({ image, imageId }) => [image, imageId]),
        ),
        replicas: replicas ? await newestOf(store, volumes) : {},
        ...(answers && {
          answers: {
            http: await balance.answers(name, 'http', signal),
            https: await balance.answers(name, 'https', signal),
          },
        }),
        holds: cutover.hold > 0,
        creates: containers.length === 0,
      };
    },
  };
}

/** A release's own folder is another one than the next release's. */
function isSpare({ state, mounts }: Container, deployRoot: string): boolean {
  const isOwn = ({ volume, source }: Container['mounts'][number]) =>
    !volume && source.startsWith(`${deployRoot}/`);
  return state === 'running' && mounts.every((mount) => !mount.writable || isOwn(mount));
}

/** It has nothing of a folder that goes. */
function isLasting({ state, mounts }: Container, deployRoot: string): boolean {
  return state === 'running' && !mounts.some(({ source }) => source.startsWith(`${deployRoot}/`));
}

async function newestOf(store: ActionDeps['store'], volumes: readonly string[]): Promise<Survey['replicas']> {
  const found: Survey['replicas'] = {};
  for (const volume of volumes) {
    const newest = await store.newest(volume);
    if (newest?.at) found[volume] = { snapshot: newest.name, at: newest.at / 1000 };
  }
  return found;
}

/** Stops the containers of a release; they stay, so that an undo finds them. */
export function stop({ compose, engine }: ActionDeps): Performed<'stop'> {
  return {
    run: async ({ project }, { signal, report }) => stopContainers(engine, project, { signal, report }),
    undo: async (
      { folder, project, images, running, underscores, services },
      _result,
      { signal, report },
    ) => {
      await nameImages(engine, images, signal);
      if (!running) return;
      // A peer that died in the middle of the stop did not see its end, and what still runs would not be started.
      while ((await engine.ending(project, { signal })).length > 0) await pause(POLL, undefined, { signal });
      await compose.up(folder, project, { signal, onLine: lines(report), underscores, services });
      await settleNames(engine, project, signal);
    },
  };
}

/** Stops all containers of a project; they stay. */
export async function stopContainers(
  engine: ActionDeps['engine'],
  project: string,
  { signal, report }: Pick<ActionOptions, 'signal' | 'report'>,
): Promise<void> {
  const containers = await engine.containers({ project, signal });
  await stopAll(engine, containers, { signal, onStop: (name) => report(-1, `stop ${name}`) });
}

/** Gives images their names back after a build has given them to others. */
export async function nameImages(
  engine: ActionDeps['engine'],
  images: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<void> {
  for (const [name, id] of Object.entries(images)) await engine.tagImage(id, name, { signal });
}

/** Creates and starts the containers of a release. */
export function start({ compose, engine, store }: ActionDeps): Performed<'start'> {
  return {
    run: async ({ folder, project, underscores, services }, { signal, report }) => {
      await compose.up(folder, project, { signal, onLine: lines(report), underscores, services });
      await settleNames(engine, project, signal);
    },
    undo: async (action, _result, { signal }) => takeBack({ engine, store }, action, signal),
  };
}

/** What ends a container that is taken back: it goes, with the data that it has written, and people wait for the release before. */
const SHORT_GRACE = 2;

/** Removes the containers of a release, and the volumes that were not there before it. */
export async function takeBack(
  { engine, store }: Pick<ActionDeps, 'engine' | 'store'>,
  { project, newVolumes }: { project: string; newVolumes: readonly string[] },
  signal: AbortSignal,
): Promise<void> {
  const containers = await engine.containers({ project, signal });
  await Promise.all(
    containers.map(({ id }) => engine.stopContainer(id, { graceSeconds: SHORT_GRACE, signal })),
  );
  await removeContainers(engine, project, signal);
  const present = new Set(await engine.volumes({ signal }));
  for (const volume of newVolumes) {
    if (present.has(volume)) await engine.removeVolume(volume, { signal });
    await store.remove(volume, { signal });
  }
}

/** Removes all containers of a project, running or not. */
export async function removeContainers(
  engine: ActionDeps['engine'],
  project: string,
  signal: AbortSignal,
): Promise<void> {
  const containers = await engine.containers({ project, signal });
  await stopAll(engine, containers, { signal });
  for (const { id } of containers) await engine.removeContainer(id, { signal });
}
