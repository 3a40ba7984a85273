import { type Check, error, type Finding, ok, warning } from './check.ts';

/** What can be known of the store. */
export interface StoreSource {
  root: string;
  /** Undefined: nothing is there. Sizes in bytes. */
  filesystem(): Promise<{ btrfs: boolean; size: number; free: number } | undefined>;
  writable(): Promise<boolean>;
  /** Whether increments can be received; see `findsParents`. */
  takesIncrements(): Promise<boolean>;
  /** Paths of what transfers that were cut off have left. */
  leftovers(signal: AbortSignal): Promise<readonly string[]>;
}

const GIB = 1024 ** 3;
const mount =
  "in covey's folder: node/install.sh --storage-only && docker restart covey-peer (it mounts the store)";

export function storeChecks(source: StoreSource): Check[] {
  const { root } = source;
  return [
    {
      name: 'store',
      hint: mount,
      look: async () => {
        const filesystem = await source.filesystem();
        return judgeStore(root, filesystem, filesystem !== undefined && (await source.writable()));
      },
    },
    {
      name: 'store space',
      hint: mount,
      look: async () => judgeSpace(root, (await source.filesystem()) ?? { size: 0, free: 0 }),
    },
    {
      name: 'store subvolume',
      hint: mount,
      look: async () => judgeSubvolume(root, await source.takesIncrements()),
    },
    {
      name: 'store leftovers',
      hint: mount,
      look: async (signal) => judgeLeftovers(root, await source.leftovers(signal)),
    },
  ];
}

export function judgeStore(root: string, there: { btrfs: boolean } | undefined, writable: boolean): Finding {
  if (there === undefined) return error(`${root} is not there`, mount);
  if (!there.btrfs) return error(`${root} is on no BTRFS`, mount);
  if (writable) return ok(`${root} is on BTRFS, and can be written`);
  return error(
    `${root} is read-only`,
    `look for the cause (dmesg | grep -i btrfs), then: mount -o remount,rw ${root}`,
  );
}

export function judgeSpace(root: string, { size, free }: { size: number; free: number }): Finding {
  const share = size === 0 ? 0 : free / size;
  const found = `${gib(free)} of ${gib(size)} GiB are free (${(share * 100).toFixed(0)} %)`;
  const room = `make room: ls ${root}/snapshots, then btrfs subvolume delete ${root}/snapshots/NAME of old ones`;
  if (share < 0.02 || free < GIB) return error(found, room);
  return share < 0.1 ? warning(found, room) : ok(found);
}

export function judgeSubvolume(root: string, takesIncrements: boolean): Finding {
  if (takesIncrements) return ok('volumes are received as increments');
  return warning(
    `${root} is a plain folder of a larger BTRFS: every volume is received as a full copy`,
    `make it a subvolume: stop covey and the apps, mv ${root} ${root}.old, btrfs subvolume create ${root}, ` +
      'and move the volumes and snapshots over (btrfs send and receive)',
  );
}

export function judgeLeftovers(root: string, paths: readonly string[]): Finding {
  if (paths.length === 0) return ok('no transfer has left anything');
  const names = paths.map((path) => path.slice(path.lastIndexOf('/') + 1));
  const staged = paths.some((path) => path.startsWith(`${root}/snapshots/.`));
  const rest = paths.filter((path) => !path.startsWith(`${root}/snapshots/.`));
  const mends = [
    ...(staged ? ['docker restart covey-peer (it removes them at its start)'] : []),
    ...(rest.length > 0 ? [`btrfs subvolume delete ${rest.join(' ')}`] : []),
  ];
  return warning(`left by transfers that were cut off: ${names.join(', ')}`, mends.join('; '));
}

function gib(bytes: number): string {
  return (bytes / GIB).toFixed(1);
}
