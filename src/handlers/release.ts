import { basename } from 'node:path';
import { CoveyError } from '../errors.ts';
import type { ReleaseChunk } from '../generated/covey/v1/ReleaseChunk.ts';
import type { ReleaseRequest__Output } from '../generated/covey/v1/ReleaseRequest.ts';
import type { StreamHandler } from '../rpc/handler.ts';

export interface ReleaseDeps {
  /** Full paths of an app's deployments on this node. */
  deployments(app: string): Promise<string[]>;
  /** A folder's content as an archive; fails where that is not whole. */
  pack(dir: string, signal: AbortSignal): AsyncIterable<Uint8Array>;
}

/** Gives a release of this node to another one. A name is only ever compared with what is there: no path is made of it. */
export function release(deps: ReleaseDeps): StreamHandler<ReleaseRequest__Output, ReleaseChunk> {
  return async function* ({ app, folder }, { signal }) {
    const there = app === '' ? [] : await deps.deployments(app);
    const dir = there.find((each) => basename(each) === folder);
    if (dir === undefined) {
      throw new CoveyError('not-found', `This node has no release ${JSON.stringify(folder)} of ${app}.`);
    }
    let total = 0;
    for await (const data of deps.pack(dir, signal)) {
      total += data.length;
      yield { data };
    }
    yield { total };
  };
}
