import type Docker from 'dockerode';
import { asCoveyError } from '../errors.ts';
import type { Call } from './docker-call.ts';
import { splitImageName } from './image-name.ts';

interface Options {
  signal?: AbortSignal | undefined;
}

/** What Docker's API does with images. Errors: as of the engine that this is a part of. */
export interface Images {
  /** Gives an image (again) a name such as `app_web:latest`. */
  tagImage(id: string, name: string, options?: Options): Promise<void>;
  /** What a name means; undefined where there is none of that name. */
  imageId(name: string, options?: Options): Promise<string | undefined>;
  hasImage(id: string, options?: Options): Promise<boolean>;
  /** The names that images have in a repository such as `app_web`, with their tags. */
  imageNames(repository: string, options?: Options): Promise<string[]>;
  /** Takes a name from an image, and removes it if that was its last. False: a container needs it, and it stays. */
  untagImage(name: string, options?: Options): Promise<boolean>;
}

/** Removing the layers of a big image takes its time, in milliseconds. */
const REMOVE = 120_000;

/** @param call one request, with its errors translated and its deadline in milliseconds */
export function imageCalls(docker: Docker, call: Call): Images {
  const imageId: Images['imageId'] = async (name, options) => {
    // The library's types know no signal here; it takes one.
    const inspect = (abortSignal: AbortSignal) => docker.getImage(name).inspect({ abortSignal } as object);
    try {
      return (await call(`look at image ${name}`, options, inspect)).Id;
    } catch (thrown) {
      const error = asCoveyError(thrown);
      if (error.code === 'not-found') return undefined;
      throw error;
    }
  };

  return {
    imageId,

    hasImage: async (id, options) => (await imageId(id, options)) !== undefined,

    async tagImage(id, name, options) {
      const { repo, tag } = splitImageName(name);
      await call(`tag image ${id} as ${name}`, options, (abortSignal) =>
        docker.getImage(id).tag({ repo, tag, abortSignal }),
      );
    },

    imageNames: (repository, options) =>
      call('list images', options, async (abortSignal) => {
        const images = await docker.listImages({ filters: { reference: [repository] }, abortSignal });
        // An image comes with all of its names.
        return images.flatMap(({ RepoTags }) =>
          (RepoTags ?? []).filter((name) => name.startsWith(`${repository}:`)),
        );
      }),

    async untagImage(name, options) {
      const remove = (abortSignal: AbortSignal) => docker.getImage(name).remove({ abortSignal });
      try {
        await call(`remove image ${name}`, options, remove, REMOVE);
        return true;
      } catch (thrown) {
        const error = asCoveyError(thrown);
        if (error.code === 'not-found') return true;
        if (error.code === 'conflict') return false;
        throw error;
      }
    },
  };
}
