import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as lab from '../../lab/lab.ts';
import { until } from '../../lab/run.ts';
import { identify } from '../../src/app/identity.ts';
import type { Target } from '../../src/drill/connections/asker.ts';
import type { Cleanup } from '../routes/cleanup.ts';

const NODES = ['node1', 'node2', 'node3'] as const;
const MIB = 1024 * 1024;

/** Something that is done while there is load on an app's site. */
export interface Part {
  /** The site on every machine, by HTTP and HTTPS. */
  targets: readonly Target[];
  deed(): Promise<Done>;
}

/** Two apps on the first machine of the lab, each with a slave on the second one. */
export interface Stage {
  /** Of an app whose volume is full and written to: what nobody needs covey for, `docker compose stop`, then `up`, in its folder. */
  bare: Part;
  /** Deploys it again where it is. */
  redeploy: Part;
  /** Moves it to its slave, which changes places with its master. */
  move: Part;
  /** Deploys an app without data again where it is: it starts beside itself. */
  beside: Part;
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
  const data = await app('bench-cutover', 'docker-compose.yml', size);
  const plain = await app('bench-beside', 'without-data.yml', 0);
  for (const each of [data, plain]) {
    // What an earlier run left would make the first copy cheaper.
    await each.remove();
    cleanup.add(each.remove);
  }
  let [master, slave]: string[] = NODES.slice(0, 2);
  const deploy = async ({ url }: BenchApp) =>
    covey(['deploy', url, 'master', '--master', master ?? '', '--slave', slave ?? ''], signal);
  await deploy(data);
  await deploy(plain);
  const file = `/var/lib/buttervolume/volumes/${data.project}_data/data`;
  await until(async () => (await sizeOf(file)) >= size * MIB || undefined, {
    ...{ timeout: 600_000, every: 1_000, signal, describe: () => `${file} does not become full` },
  });
  const [targets, plainTargets] = [await targetsOf(data.host, signal), await targetsOf(plain.host, signal)];
  const move = async () => {
    const done = await covey(['move', data.name, '--to', slave ?? '', '--same-commit'], signal);
    [master, slave] = [slave, master];
    return done;
  };
  return {
    bare: { targets, deed: async () => bare(data.name, master ?? '') },
    redeploy: { targets, deed: async () => deploy(data) },
    move: { targets, deed: move },
    // The other app may have moved.
    beside: {
      targets: plainTargets,
      deed: async () =>
        covey(['deploy', plain.url, 'master', '--master', 'node1', '--slave', 'node2'], signal),
    },
  };
}

async function bare(name: string, master: string): Promise<Done> {
  const record = JSON.parse(await must(master, 'consul', 'kv', 'get', `app/${name}`));
  const script = 'cd "$1"; docker compose stop; docker compose up --detach';
  const folder = `/deploy/${name}-${record.deploy_id}`;
  // What compose would else take out of the CADDYFILE is covey's to fill in.
  await must(master, 'env', 'CONTAINER=$CONTAINER', 'sh', '-ec', script, 'sh', folder);
  return { sentBytes: 0 };
}

/** An app of the bench in the lab's git server. */
interface BenchApp {
  url: string;
  name: string;
  project: string;
  host: string;
  remove(): Promise<void>;
}

async function app(repo: string, composeFile: string, size: number): Promise<BenchApp> {
  const host = `${repo}.lab`;
  const url = await publish(repo, composeFile, `SITE=${host}\nMIB=${size}\n`);
  const { name, project } = identify(url, 'master');
  const remove = async () => {
    const { stderr, exitCode } = await lab.exec('node1', [
      ...['covey', 'destroy', url, 'master', '--yes', '--wait'],
    ]);
    if (exitCode !== 0 && !stderr.includes('There is no app'))
      throw new Error(`destroy of ${url}: ${stderr}`);
    for (const node of NODES) await dropSnapshots(node, project);
  };
  return { url, name, project, host, remove };
}

/** Where the site is asked for, once the machine that serves it has its certificate. */
async function targetsOf(host: string, signal: AbortSignal): Promise<Target[]> {
  const visit = ['curl', '-sfk', '--max-time', '3', '--resolve', `${host}:443:127.0.0.1`, `https://${host}/`];
  await until(async () => (await lab.exec('node1', visit)).exitCode === 0 || undefined, {
    ...{ timeout: 60_000, signal, describe: () => `https://${host} does not answer` },
  });
  const targets = NODES.map(async (node): Promise<Target[]> => {
    const about = { node, address: await lab.address(node) };
    return [
      { ...about, port: 80, site: { scheme: 'http', host, path: '/' } },
      { ...about, port: 443, site: { scheme: 'https', host, path: '/' } },
    ];
  });
  return (await Promise.all(targets)).flat();
}

/** The app of the bench with one of its compose files, as a repository of the lab's; its URL. */
async function publish(repo: string, composeFile: string, env: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'covey-bench-'));
  try {
    await cp(new URL('app/', import.meta.url), folder, { recursive: true });
    await cp(new URL(`app/${composeFile}`, import.meta.url), join(folder, 'docker-compose.yml'));
    await writeFile(join(folder, '.env'), env);
    return (await lab.publish(folder, repo)).http;
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
