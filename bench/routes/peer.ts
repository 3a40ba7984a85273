import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, open, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run, until } from '../../lab/run.ts';
import { initCa, issue } from '../../src/rpc/ca.ts';
import { freePort } from '../free-port.ts';
import type { Cleanup } from './cleanup.ts';
import type { NodeProxies } from './containers.ts';
import { SELF } from './records.ts';

const PROGRAM = join(import.meta.dirname, '../../src/peer/main.ts');

/** As in the Dockerfile. What this Node was told the peer is told too, such as `--cpu-prof`. */
const OPTIONS = ['--max-semi-space-size=1', ...process.execArgv, PROGRAM];

/** Status of a peer without settings, all of whose modules are loaded and compiled. */
const EX_CONFIG = 78;

/** Longest wait for a peer that is told to stop, in milliseconds. */
const STOP = 30_000;

/** The daemon itself, in a process of its own. */
export interface BenchPeer {
  pid: number;
  /** Why it ended, if it has. */
  failure(): Promise<string | undefined>;
}

/**
 * Starts the peer with its settings in a file, its certificates and a BTRFS store of its own, and with the options and the
 * environment of Node as in the Dockerfile.
 */
export async function startPeerProcess(
  { folder, names }: NodeProxies,
  consul: { host: string; port: number },
  cleanup: Cleanup,
): Promise<BenchPeer> {
  const at = (name: string) => join(folder, name);
  await makeStore(folder, cleanup);
  await initCa({ dir: at('ca') });
  await issue({ name: SELF, role: 'peer', dir: at('ca'), out: at('tls') });
  for (const name of ['plugins', 'deploy']) await mkdir(at(name));
  const settings = {
    node: SELF,
    listen: { host: '127.0.0.1', port: await freePort() },
    tls: { ca: at('tls/ca.pem'), cert: at('tls/node.pem'), key: at('tls/node.key') },
    consul,
    driver: { pluginDir: at('plugins') },
    store: at('store'),
    deploy: at('deploy'),
    state: folder,
    run: at('run'),
    certificates: 'internal',
    haproxyContainer: names.haproxy,
    caddyContainer: names.caddy,
  };
  // JSON is YAML
  await writeFile(at('covey.yml'), JSON.stringify(settings));
  const { PATH = '', HOME = '' } = process.env;
  const like = { NODE_ENV: 'production', MALLOC_ARENA_MAX: '1', NODE_COMPILE_CACHE: at('compiled') };
  const env = { PATH, HOME, ...like, COVEY_CONFIG: at('covey.yml') };
  await compile({ ...env, COVEY_CONFIG: at('nowhere') });
  const log = await open(at('peer.log'), 'w');
  const child = spawn(process.execPath, OPTIONS, { stdio: ['ignore', log.fd, log.fd], env });
  await once(child, 'spawn');
  await log.close();
  cleanup.add(() => stop(child));
  const failure = async () => {
    if (child.exitCode === null && child.signalCode === null) return undefined;
    const said = (await readFile(at('peer.log'), 'utf8')).trim().split('\n').slice(-10);
    return `The peer ended with ${child.exitCode ?? child.signalCode}:\n${said.join('\n')}`;
  };
  const listens = async () => {
    const ended = await failure();
    if (ended !== undefined) throw new Error(ended);
    return (await readFile(at('peer.log'), 'utf8')).includes('"listens"') || undefined;
  };
  await until(listens, { timeout: 30_000, describe: () => 'the peer does not listen after 30 s' });
  return { pid: child.pid ?? 0, failure };
}

async function compile(env: Record<string, string>): Promise<void> {
  const [code] = await once(spawn(process.execPath, OPTIONS, { stdio: 'ignore', env }), 'exit');
  if (code !== EX_CONFIG) throw new Error(`The peer without settings ended with ${code}, not ${EX_CONFIG}.`);
}

/** A BTRFS filesystem in a file. */
async function makeStore(folder: string, cleanup: Cleanup): Promise<void> {
  const image = join(folder, 'store.img');
  const store = join(folder, 'store');
  await mkdir(store);
  await run(['truncate', '-s', '256M', image]);
  await run(['mkfs.btrfs', '-q', image]);
  await run(['mount', '-o', 'loop', image, store]);
  cleanup.add(() => run(['umount', store]));
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  const late = setTimeout(() => child.kill('SIGKILL'), STOP);
  await gone;
  clearTimeout(late);
}
