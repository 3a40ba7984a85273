import { type FSWatcher, watch } from 'node:fs';
import path from 'node:path';

/**
 * Calls when a volume or a snapshot has come or gone, whoever did it: the kernel tells of subvolumes as of folders. What is
 * written inside of them is not told. Errors: `onError`, after which nothing more is told.
 */
export function watchStore(
  root: string,
  { onChange, onError }: { onChange: () => void; onError: (error: Error) => void },
): { close(): void } {
  const watchers: FSWatcher[] = [];
  const close = () => {
    for (const watcher of watchers) watcher.close();
  };
  const fail = (error: Error) => {
    close();
    onError(error);
  };
  try {
    for (const folder of ['volumes', 'snapshots'])
      watchers.push(watch(path.join(root, folder), onChange).on('error', fail));
  } catch (thrown) {
    fail(thrown as Error);
  }
  return { close };
}
