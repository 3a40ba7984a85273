import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as lab from '../../lab/lab.ts';
import type { RunOptions, RunResult } from '../../lab/run.ts';
import { type Page, type Visit, visit } from '../../lab/visitor.ts';
import { identify } from '../../src/app/identity.ts';

export const NODES = ['node1', 'node2', 'node3'] as const;
export type NodeName = (typeof NODES)[number];

const template = new URL('app/', import.meta.url).pathname;

/** An app of the tests: the template with this compose file and these other files. */
export interface AppSource {
  compose?: string;
  /** Path -> text; null: the file is left out. */
  files?: Record<string, string | null>;
  /** What GET /release answers. */
  release?: string;
  branch?: string;
}

export interface PublishedApp {
  name: string;
  project: string;
  http: string;
  ssh: string;
  commit: string;
}

/** The usual compose file of a test app: one service with a site and a replicated volume. */
export function composeFile(host: string, extra = ''): string {
  return `services:
  web:
    build: .
    restart: unless-stopped
    environment:
      CADDYFILE: |
        http://${host}, https://${host} {
            reverse_proxy http://$CONTAINER:8000
        }
    volumes: ["data:/data"]
    networks: [cluster_default]
${extra}
volumes:
  data:
    driver: anybox/buttervolume:latest
networks:
  cluster_default:
    external: true
`;
}

/** Publishes an app, or a new commit of it, to the lab's git server. */
export async function publish(repo: string, source: AppSource = {}): Promise<PublishedApp> {
  const folder = await mkdtemp(join(tmpdir(), 'covey-e2e-'));
  try {
    await cp(template, folder, { recursive: true });
    const files: Record<string, string | null> = {
      'docker-compose.yml': source.compose ?? composeFile(`${repo}.lab`),
      release: `${source.release ?? 'one'}\n`,
      ...source.files,
    };
    for (const [path, text] of Object.entries(files)) {
      if (text === null) await rm(join(folder, path), { force: true });
      else await writeFile(join(folder, path), text);
    }
    const { branch = 'master' } = source;
    const published = await lab.publish(folder, repo, branch);
    const { name, project } = identify(published.http, branch);
    return { name, project, ...published };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Runs a command on a machine. */
export const on = (node: string, argv: readonly string[], options?: RunOptions): Promise<RunResult> =>
  lab.exec(node, argv, options);

/** Runs a command on a machine that must succeed; its standard output. */
export async function must(node: string, ...argv: string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await lab.exec(node, argv);
  if (exitCode !== 0)
    throw new Error(`${node}$ ${argv.join(' ')} ended with ${exitCode}: ${stdout}${stderr}`);
  return stdout;
}

export const covey = (node: string, ...args: string[]): Promise<RunResult> =>
  lab.exec(node, ['covey', ...args]);

/** A deploy that must succeed. */
export async function deploy(node: string, url: string, ...options: string[]): Promise<RunResult> {
  const result = await covey(node, 'deploy', url, 'master', ...options);
  if (result.exitCode !== 0)
    throw new Error(`deploy of ${url}: ${result.exitCode}\n${result.stdout}${result.stderr}`);
  return result;
}

/** Removes an app if it is there. */
export async function destroy(url: string, branch = 'master'): Promise<void> {
  const { exitCode, stderr } = await covey('node1', 'destroy', url, branch, '--yes', '--wait');
  if (exitCode !== 0 && !stderr.includes('There is no app')) throw new Error(`destroy of ${url}: ${stderr}`);
}

/** Deletes what an earlier run left of the app's volumes, which stays when an app is destroyed. */
export async function dropSnapshots({ project }: PublishedApp): Promise<void> {
  const script =
    'for each in /var/lib/buttervolume/snapshots/$1_*; do [ ! -d "$each" ] || btrfs subvolume delete "$each"; done';
  await Promise.all(NODES.map((node) => must(node, 'sh', '-c', script, 'sh', project)));
}

/** The record of an app as it stands in Consul; undefined where there is none. */
export async function record(name: string): Promise<Record<string, unknown> | undefined> {
  const { exitCode, stdout } = await on('node1', ['consul', 'kv', 'get', `app/${name}`]);
  return exitCode === 0 ? (JSON.parse(stdout) as Record<string, unknown>) : undefined;
}

/** A machine keeps its address, also over a reboot. */
const addresses = new Map<string, string>();

/** A visitor's request through a machine. */
export async function through(node: string, request: Omit<Visit, 'via'>): Promise<Page> {
  const via = addresses.get(node) ?? (await lab.address(node));
  addresses.set(node, via);
  return visit({ via, ...request });
}

/** The root certificate of a machine's own CA. */
export function rootCertificate(node: string): Promise<string> {
  return must(node, 'docker', 'exec', 'covey-caddy', 'cat', '/data/caddy/pki/authorities/local/root.crt');
}

/** Asks until the answer satisfies; throws what was last wrong after `within` ms. */
export async function eventually<T>(
  ask: () => Promise<T>,
  satisfies: (answer: T) => boolean,
  within = 60_000,
): Promise<T> {
  const end = Date.now() + within;
  for (;;) {
    let last: unknown;
    try {
      const answer = await ask();
      if (satisfies(answer)) return answer;
      last = answer;
    } catch (error) {
      last = error;
    }
    if (Date.now() > end) throw new Error(`not so within ${within} ms; last: ${show(last)}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

function show(value: unknown): string {
  return value instanceof Error ? value.message : JSON.stringify(value);
}
