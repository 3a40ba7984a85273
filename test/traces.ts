import { readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { capture } from '../lab/run.ts';
import { hasCode } from '../src/files.ts';

/** Everything that our tests make on a machine has this in its name, or in its command line. */
const OURS = /covey-/;

/** The lab stays up for the next run, and compose has one folder of its own for all builds. */
const STAYS = /covey-lab|covey-buildx/;

/** What there is on the machine of tests that run, or that ran and left it: a line each. */
export async function traces(): Promise<Set<string>> {
  const found = await Promise.all([files(), mounts(), processes(), dockers()]);
  return new Set(found.flat().filter((trace) => OURS.test(trace) && !STAYS.test(trace)));
}

async function files(): Promise<string[]> {
  return (await readdir(tmpdir())).map((name) => `file ${join(tmpdir(), name)}`);
}

async function mounts(): Promise<string[]> {
  const lines = (await readFile('/proc/self/mounts', 'utf8')).split('\n');
  return lines.map((line) => `mount ${line.split(' ')[1]}`);
}

/** Those that work in a folder of a test's. */
async function processes(): Promise<string[]> {
  const ids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid);
  const lines = await Promise.all(
    ids.map(async (id) => {
      const command = (await commandOf(id)).replaceAll('\0', ' ').trim();
      return command.includes(join(tmpdir(), 'covey-')) ? [`process ${id} ${command}`] : [];
    }),
  );
  return lines.flat();
}

/** Empty for one that has ended meanwhile. */
async function commandOf(id: string): Promise<string> {
  try {
    return await readFile(`/proc/${id}/cmdline`, 'utf8');
  } catch (thrown) {
    if (hasCode(thrown, 'ENOENT') || hasCode(thrown, 'ESRCH')) return '';
    throw thrown;
  }
}

/** What Docker has; a line that says so where it does not answer. */
async function dockers(): Promise<string[]> {
  const lists: [string, string[]][] = [
    ['container', ['ps', '--all', '--format', '{{.Names}}']],
    ['network', ['network', 'ls', '--format', '{{.Name}}']],
    ['volume', ['volume', 'ls', '--format', '{{.Name}}']],
  ];
  const found = await Promise.all(
    lists.map(async ([kind, args]) => {
      // Not there yet is how a fresh machine begins. At the end it is a trace of its own: nobody could look.
      const listed = await capture(['docker', ...args], { timeout: 60_000 }).catch(() => undefined);
      if (listed?.exitCode !== 0) return [`${kind}: Docker cannot be asked for those of covey-`];
      return listed.stdout.split('\n').map((name) => `${kind} ${name}`);
    }),
  );
  return found.flat();
}
