import { readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { run } from '../../lab/run.ts';

/** Of the kernel's clock for processes, a second. Linux has had this one for user space for ever. */
const TICKS = 100;

/** CPU that a process has used, in seconds. */
export async function cpuOf(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  // the second field, the program's name in parentheses, may hold blanks; utime and stime are the fields 14 and 15
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS;
}

/** Memory of a process that is resident, in MiB: now, and at its peak. */
export async function memoryOf(pid: number): Promise<{ now: number; peak: number }> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const field = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) / 1024;
  return { now: field('VmRSS'), peak: field('VmHWM') };
}

/** CPU of all processes of a container, in seconds. */
export async function cpuOfContainer(name: string): Promise<number> {
  const [, ...pids] = (await run(['docker', 'top', name, '-eo', 'pid'])).trim().split(/\s+/);
  const all = await Promise.all(pids.map((pid) => cpuOf(Number(pid))));
  return all.reduce((sum, each) => sum + each, 0);
}

/** Calm: less than this share of a core within one look, this many looks in a row. */
const CALM = { share: 0.1, look: 250, looks: 2, longest: 120_000 };

/** Waits until the process has nothing more to do. */
export async function isCalm(pid: number, signal: AbortSignal): Promise<void> {
  const end = performance.now() + CALM.longest;
  for (let calm = 0; calm < CALM.looks; ) {
    const before = await cpuOf(pid);
    await pause(CALM.look, undefined, { signal });
    const used = (await cpuOf(pid)) - before;
    calm = used < (CALM.share * CALM.look) / 1000 ? calm + 1 : 0;
    if (performance.now() > end) throw new Error(`process ${pid} is not calm after ${CALM.longest} ms`);
  }
}
