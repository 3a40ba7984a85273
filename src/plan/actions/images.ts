import { asCoveyError } from '../../errors.ts';
import type { ActionDeps, Performed } from './action.ts';

/** The images of an app's releases have their ids as tags here, so that nothing takes them for unused. */
const repositoryOf = (project: string) => `covey-kept/${project}`;
const tagOf = (id: string) => id.replace(/^sha256:/, '');

/** Names the images that the containers of a project use, so that they stay when others get the names in the compose file. */
export function retain({ engine }: ActionDeps): Performed<'retain'> {
  return {
    run: async ({ project, images: further, except = [], names = [] }, { signal, report }) => {
      const all = await engine.containers({ project, signal });
      const containers = all.filter(({ id }) => !except.includes(id));
      // What is named by its digest or id keeps its meaning whatever is built.
      const images = Object.fromEntries(
        containers
          .filter(({ image }) => !image.includes('@') && !image.startsWith('sha256:'))
          .map(({ image, imageId }) => [image, imageId]),
      );
      const ids = [...Object.values(further), ...Object.values(images)];
      for (const name of names) {
        const id = await engine.imageId(name, { signal });
        if (id !== undefined) ids.push(id);
      }
      for (const id of new Set(ids)) {
        try {
          await engine.tagImage(id, `${repositoryOf(project)}:${tagOf(id)}`, { signal });
        } catch (thrown) {
          const { code, message } = asCoveyError(thrown);
          // Somebody removed it meanwhile: a rollback will build it.
          if (code !== 'not-found') throw thrown;
          report(-1, message);
        }
      }
      return { images };
    },
  };
}

/** Takes the names away that keep images which no release needs. Docker removes those that have no other name. */
export function prune({ engine }: ActionDeps): Performed<'prune'> {
  return {
    run: async ({ project, keep }, { signal, report }) => {
      const repository = repositoryOf(project);
      const used = (await engine.containers({ project, signal })).map(({ imageId }) => imageId);
      const kept = new Set([...keep, ...used].map((id) => `${repository}:${tagOf(id)}`));
      for (const name of await engine.imageNames(repository, { signal })) {
        if (kept.has(name)) continue;
        const isGone = await engine.untagImage(name, { signal });
        report(-1, isGone ? name : `${name} is in use`);
      }
    },
  };
}
