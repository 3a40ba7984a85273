import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../../src/command.ts';
import { initCa, issue } from '../../src/rpc/ca.ts';
import { openStore } from '../../src/volumes/store.ts';

export const MIB = 1024 * 1024;

/** Two stores with filesystems of their own, `a` with a volume and two snapshots of it, `b` empty, and certificates. */
export interface Stage {
  folder: string;
  /** A full copy, and what is one per cent later. */
  snapshots: [first: string, second: string];
  /** Makes `b` empty and has `a` read from where it lies again, as on a node that has not just looked at its volume. */
  reset(): Promise<void>;
  dispose(): Promise<void>;
}

/** Sets the stage in a new folder below `on`; null: in memory. `size` of the volume is in MiB. */
export async function setStage(on: string | null, size: number, tmp: string): Promise<Stage> {
  const folder = await mkdtemp(join(on ?? tmp, 'covey-bench-'));
  const undo: (() => Promise<unknown>)[] = [() => rm(folder, { recursive: true })];
  const dispose = async () => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  const image = (name: string) => join(folder, `${name}.img`);
  const mount = (name: string) => run('mount', ['-o', 'loop', image(name), join(folder, name)]);
  try {
    if (on === null) {
      await run('mount', ['-t', 'tmpfs', '-o', `size=${3 * size + 1024}M`, 'tmpfs', folder]);
      undo.push(() => run('umount', [folder]));
    }
    for (const name of ['a', 'b']) {
      await mkdir(join(folder, name));
      await run('truncate', ['-s', `${2 * size + 1024}M`, image(name)]);
      await run('mkfs.btrfs', ['-q', '-K', image(name)]);
      await mount(name);
      undo.push(() => run('umount', [join(folder, name)]));
    }
    await initCa({ dir: join(folder, 'ca') });
    for (const name of ['node1', 'node2'])
      await issue({ name, role: 'peer', dir: join(folder, 'ca'), out: join(folder, name) });
    const snapshots = await makeData(join(folder, 'a'), size);
    return {
      folder,
      snapshots,
      dispose,
      reset: async () => {
        await empty(join(folder, 'b'));
        if (on === null) return;
        await run('umount', [join(folder, 'a')]);
        // Drops what the kernel has cached of the file.
        await run('dd', [`of=${image('a')}`, 'oflag=nocache', 'conv=notrunc,fdatasync', 'count=0']);
        await mount('a');
      },
    };
  } catch (error) {
    await dispose();
    throw error;
  }
}

/** A volume of random bytes, a snapshot, one per cent of it written anew at a hundred places, a snapshot. */
async function makeData(root: string, size: number): Promise<[string, string]> {
  const store = await openStore(root);
  await store.create('db');
  const file = join(store.volumePath('db'), 'data');
  const dd = (...args: string[]) => run('dd', ['if=/dev/urandom', `of=${file}`, 'conv=notrunc', ...args]);
  await dd('bs=1M', `count=${size}`);
  const first = await store.snapshot('db');
  const piece = Math.max(4096, Math.floor((size * MIB) / 100 / 100 / 4096) * 4096);
  for (let index = 0; index < 100; index++) {
    const at = Math.floor((index * size * MIB) / 100 / piece);
    await dd(`bs=${piece}`, 'count=1', `seek=${at}`);
  }
  const second = await store.snapshot('db');
  await run('sync', []);
  return [first, second];
}

/** Removes what was received and waits until its room is free. */
async function empty(root: string): Promise<void> {
  const store = await openStore(root);
  for (const { name } of await store.snapshots()) await store.removeSnapshot(name);
  await run('btrfs', ['filesystem', 'sync', root]);
  await run('btrfs', ['subvolume', 'sync', root]);
}
