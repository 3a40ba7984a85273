import { X509Certificate } from 'node:crypto';
import { access, constants, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { CertificateSource, Validity } from '../../doctor/certificates.ts';
import type { GitSource } from '../../doctor/git.ts';
import type { StoreSource } from '../../doctor/store.ts';
import { CoveyError } from '../../errors.ts';
import { hasCode, readIfThere } from '../../files.ts';
import { loadTls } from '../../rpc/tls.ts';
import { BTRFS_MAGIC } from '../../volumes/btrfs.ts';
import { findsParents, stagingFolders } from '../../volumes/transfer/staging.ts';
import type { ExaminerDeps } from './deps.ts';

/** A transfer may take hours. What has been in its folder for longer than this was cut off, in milliseconds. */
const CUT_OFF = 24 * 60 * 60_000;

export function store({ store: { root, snapshots } }: Pick<ExaminerDeps, 'store'>): StoreSource {
  return {
    root,
    filesystem: async () => {
      const found = await ifThere(statfs(root));
      if (found === undefined) return undefined;
      const { type, bsize, blocks, bavail } = found;
      return { btrfs: type === BTRFS_MAGIC, size: bsize * blocks, free: bsize * bavail };
    },
    writable: async () => {
      try {
        await access(root, constants.W_OK);
        return true;
      } catch (thrown) {
        if (hasCode(thrown, 'EROFS') || hasCode(thrown, 'EACCES')) return false;
        throw thrown;
      }
    },
    takesIncrements: () => findsParents({ root }),
    leftovers: async () => {
      const staged = await stagingFolders({ root });
      const times = await Promise.all(staged.map((folder) => ifThere(stat(folder))));
      const old = staged.filter((_, index) => (times[index]?.mtimeMs ?? Number.NaN) < Date.now() - CUT_OFF);
      // Buttervolume received in the place of the snapshot: what is not frozen yet never was whole.
      const open = (await snapshots()).filter(
        ({ kind, subvolume }) => kind === 'plain' && !subvolume.readonly,
      );
      return [...old, ...open.map(({ subvolume }) => subvolume.path)];
    },
  };
}

export function certificates({
  config,
  tls,
}: Pick<ExaminerDeps, 'config' | 'tls'>): CertificateSource | undefined {
  if (tls === undefined) return undefined;
  const { node, address, tls: paths } = config;
  return {
    node,
    address,
    keyFile: paths.key,
    load: async () => (await loadTls(paths, { expect: { role: 'peer', name: node } })).cert,
    validity: () => Promise.all([paths.ca, paths.cert].map(validityOf)),
    keyMode: async () => (await stat(paths.key)).mode & 0o777,
    running: tls.cert,
  };
}

async function validityOf(file: string): Promise<Validity> {
  const text = await readIfThere(file);
  if (text === undefined) throw new CoveyError('not-found', `${file} is missing`);
  try {
    const { validFromDate, validToDate } = new X509Certificate(text);
    return { file, from: validFromDate, to: validToDate };
  } catch (cause) {
    throw new CoveyError('invalid', `${file} holds no readable certificate in PEM`, { cause });
  }
}

export function git({ config }: Pick<ExaminerDeps, 'config'>): GitSource {
  const folder = config.git.ssh;
  return {
    folder,
    keyMode: async () => {
      const found = await ifThere(stat(join(folder, 'id')));
      return found === undefined ? undefined : found.mode & 0o777;
    },
    knownHosts: () => readIfThere(join(folder, 'known_hosts')),
  };
}

/** What was asked of a path; undefined where nothing is there. */
async function ifThere<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (thrown) {
    if (hasCode(thrown, 'ENOENT')) return undefined;
    throw thrown;
  }
}
