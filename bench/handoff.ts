// How fast a volume is handed over, beside `btrfs send | btrfs receive` and the same through ssh, on the same stores:
// `node lab/start.mjs bench/handoff.ts [--size MIB] [--on FOLDER] [--rounds N]`. Needs root and btrfs-progs, and sshd for ssh.
// FOLDER holds the stores; `tmpfs` (default): they lie in memory, so that the disk is not the limit. Of several rounds the
// best counts. What Node itself is told (such as --max-semi-space-size=1, with which less garbage waits in memory) counts
// for both sides too.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { run } from '../src/command.ts';
import { createLogger } from '../src/logger.ts';
import { listen } from '../src/peer/listener.ts';
import { acceptStreams, openStream, volumeProtocol } from '../src/peer/streams.ts';
import { loadTls, type TlsMaterial } from '../src/peer/tls.ts';
import { openStore } from '../src/volumes/store.ts';
import { openPins } from '../src/volumes/transfer/pins.ts';
import { openReceiver } from '../src/volumes/transfer/receive.ts';
import { sendVolume } from '../src/volumes/transfer/send.ts';

const MIB = 1024 * 1024;
const self = fileURLToPath(import.meta.url);
const logger = createLogger({ level: 'silent' });
const say = (text: string): void => void process.stdout.write(`${text}\n`);

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    size: { type: 'string', default: '2048' },
    on: { type: 'string', default: 'tmpfs' },
    rounds: { type: 'string', default: '1' },
  },
});

const material = (folder: string, name: string): Promise<TlsMaterial> =>
  loadTls({
    ca: join(folder, name, 'ca.pem'),
    cert: join(folder, name, 'node.pem'),
    key: join(folder, name, 'node.key'),
  });

/** The receiving node, a process of its own: says its port, ends with its standard input. */
async function receiveSide(folder: string): Promise<void> {
  const store = await openStore(join(folder, 'b'));
  const pins = await openPins(join(folder, 'state-b'));
  const take = await openReceiver({ store, pins, log: logger, admit: async () => undefined });
  const acceptor = acceptStreams({ name: volumeProtocol, take, logger });
  const listener = await listen({
    host: '127.0.0.1',
    port: 0,
    tls: await material(folder, 'node2'),
    logger,
    onGrpc: (socket) => socket.destroy(),
    protocols: { [volumeProtocol]: acceptor.protocol },
  });
  say(`${listener.port}`);
  await once(process.stdin.resume(), 'end');
  listener.close();
  await acceptor.close();
  say(`${await peakMemory()}`);
}

/** The sending node: says how long the transfer took, and its peak of memory. */
async function sendSide(folder: string, port: number, snapshot: string): Promise<void> {
  const tls = await material(folder, 'node1');
  const sent = await sendVolume({
    store: await openStore(join(folder, 'a')),
    pins: await openPins(join(folder, 'state-a')),
    snapshot,
    to: 'node2',
    app: 'bench',
    fence: 1,
    operation: 'bench',
    open: (name, signal) =>
      openStream({ host: '127.0.0.1', port, name }, { tls, protocol: volumeProtocol, signal }),
  });
  say(JSON.stringify({ ...sent, memory: await peakMemory() }));
}

/** Of this process, in MiB, as the kernel counts it. */
async function peakMemory(): Promise<number> {
  const line = /VmHWM:\s+(\d+) kB/.exec(await readFile('/proc/self/status', 'utf8'));
  return Math.round(Number(line?.[1]) / 1024);
}

interface Result {
  full: number;
  increment: number;
}

/** Everything: stores, data, each way in turn, a table. */
async function compare(size: number, on: string, rounds: number): Promise<void> {
  const folder = await mkdtemp(join(on === 'tmpfs' ? tmpdir() : on, 'covey-bench-'));
  const undo: (() => Promise<unknown>)[] = [() => rm(folder, { recursive: true })];
  const mount = async (args: string[], point: string) => {
    await run('mount', [...args, point]);
    undo.push(() => run('umount', [point]));
  };
  try {
    if (on === 'tmpfs') await mount(['-t', 'tmpfs', '-o', `size=${3 * size + 1024}M`, 'tmpfs'], folder);
    for (const name of ['a', 'b']) {
      await mkdir(join(folder, name));
      await run('truncate', ['-s', `${2 * size + 1024}M`, join(folder, `${name}.img`)]);
      await run('mkfs.btrfs', ['-q', '-K', join(folder, `${name}.img`)]);
      await mount(['-o', 'loop', join(folder, `${name}.img`)], join(folder, name));
    }
    // Not for the two sides, whose memory is measured.
    const { initCa, issue } = await import('../src/peer/ca.ts');
    await initCa({ dir: join(folder, 'ca') });
    for (const name of ['node1', 'node2'])
      await issue({ name, role: 'peer', dir: join(folder, 'ca'), out: join(folder, name) });
    const snapshots = await makeData(join(folder, 'a'), size);
    const ways = { pipe: throughPipe, ssh: await throughSsh(folder, undo), handoff: throughHandOff };
    const best: Record<string, Result> = {};
    for (let round = 0; round < rounds; round++) {
      for (const [name, way] of Object.entries(ways)) {
        if (!way) continue;
        const result = await way(folder, snapshots);
        const before = best[name] ?? result;
        best[name] = {
          full: Math.min(before.full, result.full),
          increment: Math.min(before.increment, result.increment),
        };
        await empty(join(folder, 'b'));
      }
    }
    table(size, on, rounds, best);
  } finally {
    for (const step of undo.reverse()) await step();
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

type Way = (folder: string, snapshots: [string, string]) => Promise<Result>;

/** Both transfers, in seconds, by a function that does one. */
async function timed(
  [first, second]: [string, string],
  transfer: (snapshot: string, parent: string | undefined) => Promise<void>,
): Promise<Result> {
  const clock = async (work: Promise<void>) => {
    const began = performance.now();
    await work;
    return (performance.now() - began) / 1000;
  };
  const full = await clock(transfer(first, undefined));
  return { full, increment: await clock(transfer(second, first)) };
}

const sendArgs = (folder: string, snapshot: string, parent: string | undefined): string[] => {
  const at = (name: string) => join(folder, 'a/snapshots', name);
  return ['send', '-q', ...(parent === undefined ? [] : ['-p', at(parent)]), at(snapshot)];
};

const throughPipe: Way = (folder, snapshots) =>
  timed(snapshots, async (snapshot, parent) => {
    // The shell makes the pipe, so that nobody stands between the two.
    const script = 'to=$1; shift; btrfs "$@" | btrfs receive -q "$to"; btrfs filesystem sync "$to"';
    await run('bash', ['-c', script, 'pipe', await target(folder), ...sendArgs(folder, snapshot, parent)]);
  });

const throughHandOff: Way = async (folder, snapshots) => {
  const memory: number[] = [];
  const receiver = spawn(process.execPath, [...process.execArgv, self, 'receive', folder], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: receiver.stdout })[Symbol.asyncIterator]();
  const { value: port = '' } = await lines.next();
  const times: number[] = [];
  for (const snapshot of snapshots) {
    const { stdout } = await run(process.execPath, [
      ...process.execArgv,
      self,
      'send',
      folder,
      port,
      snapshot,
    ]);
    const { durationMs, bytes, parent, memory: peak } = JSON.parse(stdout);
    memory.push(peak);
    times.push(durationMs / 1000);
    say(`  handoff: ${(bytes / MIB).toFixed(1)} MiB ${parent === null ? 'in full' : 'as an increment'}`);
  }
  receiver.stdin.end();
  memory.push(Number((await lines.next()).value));
  say(`  handoff: peak memory ${Math.max(...memory.slice(0, 2))} MiB sending, ${memory[2]} MiB receiving`);
  await rm(join(folder, 'state-a'), { recursive: true, force: true });
  return { full: times[0] ?? 0, increment: times[1] ?? 0 };
};

/** A server of its own on a free port, with keys of its own; undefined where there is no sshd. */
async function throughSsh(folder: string, undo: (() => Promise<unknown>)[]): Promise<Way | undefined> {
  const sshd = (await run('which', ['sshd'], { accept: [0, 1] })).stdout.trim();
  if (sshd === '') {
    say('  ssh is not measured: there is no sshd (package openssh-server)');
    return undefined;
  }
  const key = join(folder, 'ssh-key');
  await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key]);
  await writeFile(join(folder, 'authorized'), await readFile(`${key}.pub`), { mode: 0o600 });
  await mkdir('/run/sshd', { recursive: true });
  const port = await freePort();
  const settings = [`ListenAddress=127.0.0.1`, `HostKey=${key}`, `AuthorizedKeysFile=${folder}/authorized`];
  const more = ['StrictModes=no', 'PidFile=none', 'UsePAM=no', 'PermitRootLogin=yes'];
  const options = [...settings, ...more].flatMap((option) => ['-o', option]);
  const server = spawn(sshd, ['-D', '-e', '-f', '/dev/null', '-p', `${port}`, ...options], {
    stdio: 'ignore',
  });
  undo.push(async () => {
    server.kill();
    if (server.exitCode === null) await once(server, 'exit');
  });
  await answers(port, server);
  const config = join(folder, 'ssh-config');
  const client = ['HostName 127.0.0.1', `Port ${port}`, 'User root', `IdentityFile ${key}`, 'LogLevel ERROR'];
  const trust = ['StrictHostKeyChecking no', 'UserKnownHostsFile /dev/null'];
  await writeFile(config, `${['Host bench', ...client, ...trust].join('\n  ')}\n`);
  return (folder, snapshots) =>
    timed(snapshots, async (snapshot, parent) => {
      const script =
        'to=$1 config=$2; shift 2; btrfs "$@" | ssh -F "$config" bench "btrfs receive -q $to && btrfs filesystem sync $to"';
      const args = [await target(folder), config, ...sendArgs(folder, snapshot, parent)];
      await run('bash', ['-c', script, 'ssh', ...args]);
    });
}

/** Where the others receive. */
async function target(folder: string): Promise<string> {
  const to = join(folder, 'b/snapshots');
  await mkdir(to, { recursive: true });
  return to;
}

/** Removes what was received and waits until its room is free. */
async function empty(root: string): Promise<void> {
  const store = await openStore(root);
  for (const { name } of await store.snapshots()) await store.removeSnapshot(name);
  await run('btrfs', ['filesystem', 'sync', root]);
  await run('btrfs', ['subvolume', 'sync', root]);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function answers(port: number, server: ChildProcess): Promise<void> {
  while (server.exitCode === null) {
    const tried = await run('ssh-keyscan', ['-T', '1', '-p', `${port}`, '127.0.0.1'], { accept: [0, 1] });
    if (tried.stdout !== '') return;
  }
  throw new Error(`sshd ended with ${server.exitCode}`);
}

function table(size: number, on: string, rounds: number, best: Record<string, Result>): void {
  const bare = best.pipe ?? { full: Number.NaN, increment: Number.NaN };
  say(`\n${size} MiB and an increment of 1 %, stores on ${on}, best of ${rounds}`);
  say('way      full s  MiB/s  to pipe   incr. s');
  for (const [name, { full, increment }] of Object.entries(best)) {
    const cells = [full.toFixed(2).padStart(6), (size / full).toFixed(0).padStart(6)];
    const ratio = (bare.full / full).toFixed(2).padStart(8);
    say(`${name.padEnd(8)} ${cells.join(' ')} ${ratio} ${increment.toFixed(2).padStart(9)}`);
  }
}

const [role = 'all', folder = '', argument = '', snapshot = ''] = positionals;
if (role === 'receive') await receiveSide(folder);
else if (role === 'send') await sendSide(folder, Number(argument), snapshot);
else await compare(Number(values.size), values.on, Number(values.rounds));
