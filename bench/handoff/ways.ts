import { spawn } from 'node:child_process';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { run } from '../../src/command.ts';
import type { Stage } from './data.ts';
import type { SideReport } from './sides.ts';
import { startSshd } from './sshd.ts';

/** One round of one way: the full copy, then the increment. */
export interface Sample {
  full: number;
  increment: number;
  /** Of handoff alone: bytes sent, peak memory of both sides in MiB. */
  more?: { bytes: [full: number, increment: number]; sending: number; receiving: number };
}

export interface Way {
  name: 'pipe' | 'ssh' | 'handoff';
  measure(stage: Stage): Promise<Sample>;
  dispose?(): Promise<void>;
}

/** `btrfs send | btrfs receive` on one machine: the floor. */
export function pipe(): Way {
  return {
    name: 'pipe',
    measure: (stage) =>
      timed(stage, async (snapshot, parent) => {
        // The shell makes the pipe, so that nobody stands between the two.
        const script = 'to=$1; shift; btrfs "$@" | btrfs receive -q "$to"; btrfs filesystem sync "$to"';
        const args = sendArgs(stage, snapshot, parent);
        await run('bash', ['-c', script, 'pipe', await target(stage), ...args]);
      }),
  };
}

/** The same through ssh as it comes, to a server of its own; undefined where there is no sshd. */
export async function ssh(folder: string): Promise<Way | undefined> {
  const server = await startSshd(folder);
  if (!server) return undefined;
  const there = 'btrfs receive -q $to && btrfs filesystem sync $to';
  const script = `to=$1 config=$2; shift 2; btrfs "$@" | ssh -F "$config" bench "${there}"`;
  return {
    name: 'ssh',
    measure: (stage) =>
      timed(stage, async (snapshot, parent) => {
        const args = [await target(stage), server.config, ...sendArgs(stage, snapshot, parent)];
        await run('bash', ['-c', script, 'ssh', ...args]);
      }),
    dispose: server.stop,
  };
}

/** As peers do it, whose Node is told the same (see Dockerfile). What this Node was told both sides are told too. */
export function handoff(program: string): Way {
  const options = ['--max-semi-space-size=1', ...process.execArgv];
  const command = (...args: string[]) => [...options, program, ...args];
  const env = { MALLOC_ARENA_MAX: '1' };
  return {
    name: 'handoff',
    async measure({ folder, snapshots }) {
      const receiver = spawn(process.execPath, command('receive', folder), {
        stdio: ['pipe', 'pipe', 'inherit'],
        env: { ...process.env, ...env },
      });
      const lines = createInterface({ input: receiver.stdout })[Symbol.asyncIterator]();
      const { value: port = '' } = await lines.next();
      const send = async (snapshot: string): Promise<SideReport> => {
        const { stdout } = await run(process.execPath, command('send', folder, port, snapshot), {
          env,
        });
        return JSON.parse(stdout);
      };
      const full = await send(snapshots[0]);
      const increment = await send(snapshots[1]);
      receiver.stdin.end();
      const receiving = Number((await lines.next()).value);
      await rm(join(folder, 'state-a'), { recursive: true, force: true });
      return {
        full: full.seconds,
        increment: increment.seconds,
        more: {
          bytes: [full.bytes, increment.bytes],
          sending: Math.max(full.memory, increment.memory),
          receiving,
        },
      };
    },
  };
}

/** Both transfers, in seconds, by a function that does one. */
async function timed(
  { snapshots: [first, second] }: Stage,
  transfer: (snapshot: string, parent: string | undefined) => Promise<void>,
): Promise<Sample> {
  const clock = async (work: Promise<void>) => {
    const began = performance.now();
    await work;
    return (performance.now() - began) / 1000;
  };
  const full = await clock(transfer(first, undefined));
  return { full, increment: await clock(transfer(second, first)) };
}

function sendArgs({ folder }: Stage, snapshot: string, parent: string | undefined): string[] {
  const at = (name: string) => join(folder, 'a/snapshots', name);
  return ['send', '-q', ...(parent === undefined ? [] : ['-p', at(parent)]), at(snapshot)];
}

/** Where the others receive. */
async function target({ folder }: Stage): Promise<string> {
  const to = join(folder, 'b/snapshots');
  await mkdir(to, { recursive: true });
  return to;
}
