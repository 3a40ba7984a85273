import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as lab from '../../lab/lab.ts';
import { until } from '../../lab/run.ts';
import { identify } from '../../src/app/identity.ts';
import type { Target } from '../../src/drill/connections/asker.ts';
import type { Cleanup } from '../routes/cleanup.ts';

const NODES = ['node1', 'node2', 'node3'] as const;
const REPO = 'bench-cutover';
const HOST = `${REPO}.lab`;
const MIB = 1024 * 1024;

/** A first visit by HTTPS, on the machine that is asked: its Caddy has the certificate then. */
const VISIT = [
  ...['curl', '-sfk', '--max-time', '3', '--resolve', `${HOST}:443:127.0.0.1`, `https://${HOST}/`],
];

/** An app on the first machine of the lab, with a slave on the second one, whose volume is full and written to. */
export interface Stage {
  /** The site on every machine, by HTTP and HTTPS. */
  targets: Target[];
  /** Deploys it again where it is. */
  redeploy(): Promise<Done>;
  /** Moves it to its slave, which changes places with its master. */
  move(): Promise<Done>;
  /** What nobody needs covey for: `docker compose stop`, then `up`, in its folder. */
  bare(): Promise<Done>;
}

/** Of volumes, from node to node. */
interface Done {
  sentBytes: number;
}

/** @param size of the volume in MiB */
export async function setStage(
  size: number,
  cleanup: Cleanup,
  say: (text: string) => void,
  signal: AbortSignal,
): Promise<Stage> {
  await lab.up(NODES.length, { log: say, signal });
  const url = await publish(size);
  const { name, project } = identify(url, 'master');
  let [master, slave]: string[] = NODES.slice(0, 2);
  const remove = async () => {
    const { stderr, exitCode } = await lab.exec('node1', [
      ...['covey', 'destroy', url, 'master', '--yes', '--wait'],
    ]);
    if (exitCode !== 0 && !stderr.includes('There is no app'))
      throw new Error(`destroy of ${url}: ${stderr}`);
    for (const node of NODES) await dropSnapshots(node, project);
  };
  // What an earlier run left would make the first copy cheaper.
  await remove();
  cleanup.add(remove);
  const place = () => ['--master', master ?? '', '--slave', slave ?? ''];
  await covey(['deploy', url, 'master', ...place()], signal);
  const file = `/var/lib/buttervolume/volumes/${project}_data/data`;
  await until(async () => (await sizeOf(file)) >= size * MIB || undefined, {
    ...{ timeout: 600_000, every: 1_000, signal, describe: () => `${file} does not become full` },
  });
  const targets = await Promise.all(
    NODES.map(async (node): Promise<Target[]> => {
      const about = { node, address: await lab.address(node) };
      return [
        { ...about, port: 80, site: { scheme: 'http', host: HOST, path: '/' } },
        { ...about, port: 443, site: { scheme: 'https', host: HOST, path: '/' } },
      ];
    }),
  );
  await until(async () => (await lab.exec('node1', VISIT)).exitCode === 0 || undefined, {
    ...{ timeout: 60_000, signal, describe: () => `https://${HOST} does not answer` },
  });
  return {
    targets: targets.flat(),
    redeploy: () => covey(['deploy', url, 'master', ...place()], signal),
    move: async () => {
      const done = await covey(['move', name, '--to', slave ?? '', '--same-commit'], signal);
      [master, slave] = [slave, master];
      return done;
    },
    bare: async () => {
      const record = JSON.parse(await must(master ?? '', 'consul', 'kv', 'get', `app/${name}`));
      // What compose would else take out of the CADDYFILE is covey's to fill in.
      const script = 'cd "$1"; docker compose stop; docker compose up --detach';
      await must(
        master ?? '',
        'env',
        'CONTAINER=$CONTAINER',
        'sh',
        '-ec',
        script,
        'sh',
        `/deploy/${name}-${record.deploy_id}`,
      );
      return { sentBytes: 0 };
    },
  };
}

/** The app of the bench with a volume of that size, as a repository of the lab's; its URL. */
async function publish(size: number): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'covey-bench-'));
  try {
    await cp(new URL('app/', import.meta.url), folder, { recursive: true });
    await writeFile(join(folder, '.env'), `SITE=${HOST}\nMIB=${size}\n`);
    return (await lab.publish(folder, REPO)).http;
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** An operation, by the command of a machine that has no part in it. */
async function covey(args: string[], signal?: AbortSignal): Promise<Done> {
  const options = signal === undefined ? {} : { signal };
  const { stdout, stderr, exitCode } = await lab.exec('node3', ['covey', ...args, '--json'], options);
  if (exitCode !== 0) throw new Error(`covey ${args.join(' ')} ended with ${exitCode}: ${stderr}`);
  const { outcome } = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as { outcome: Done };
  return { sentBytes: outcome.sentBytes };
}

async function must(node: string, ...argv: string[]): Promise<string> {
  const { stdout, stderr, exitCode } = await lab.exec(node, argv);
  if (exitCode !== 0) throw new Error(`${argv.join(' ')} on ${node} ended with ${exitCode}: ${stderr}`);
  return stdout;
}

async function sizeOf(file: string): Promise<number> {
  const { stdout, exitCode } = await lab.exec('node1', ['stat', '--format', '%s', file]);
  return exitCode === 0 ? Number(stdout) : 0;
}

/** What stays of an app's volumes when it is destroyed. */
async function dropSnapshots(node: string, project: string): Promise<void> {
  const script =
    'for each in /var/lib/buttervolume/snapshots/$1_*; do [ ! -d "$each" ] || btrfs subvolume delete "$each"; done';
  await must(node, 'sh', '-c', script, 'sh', project);
}
