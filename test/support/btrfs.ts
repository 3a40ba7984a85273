import { access, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { aptInstall } from '../../lab/host/apt.ts';
import { run } from '../../src/command.ts';

/** A BTRFS filesystem of its own for one test file. */
export interface BtrfsMount {
  /** Its root, mounted. */
  path: string;
  /** Unmounts it and leaves nothing behind. */
  dispose(): Promise<void>;
}

/** Makes a sparse image file and mounts it; needs root, and installs btrfs-progs on Debian where it is missing. */
export async function makeBtrfs(size = '512M'): Promise<BtrfsMount> {
  await ensureBtrfsProgs();
  const folder = await mkdtemp(path.join(tmpdir(), 'covey-btrfs-'));
  const image = path.join(folder, 'image');
  const mount = path.join(folder, 'mnt');
  await mkdir(mount);
  await run('truncate', ['-s', size, image]);
  await run('mkfs.btrfs', ['-q', image]);
  await run('mount', ['-o', 'loop', image, mount]);
  return {
    path: mount,
    async dispose() {
      await run('umount', [mount]);
      await rm(folder, { recursive: true });
    },
  };
}

async function ensureBtrfsProgs(): Promise<void> {
  for (const folder of ['/usr/sbin', '/sbin', '/usr/bin', '/usr/local/sbin']) {
    const found = await access(path.join(folder, 'mkfs.btrfs')).then(
      () => true,
      () => false,
    );
    if (found) return;
  }
  await aptInstall(['btrfs-progs']);
}
