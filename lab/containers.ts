import { docker, inspect } from './docker.ts';
import { hostMtu } from './host/engine.ts';
import { capture, pipe, type RunOptions, type RunResult, run } from './run.ts';
import { label, names } from './settings.ts';

// What a Docker Engine inside a container needs. `--privileged` is more, and fails on hosts that lack some capability themselves.
const capabilities =
  'SYS_ADMIN NET_ADMIN SYS_PTRACE SYS_MODULE SYS_CHROOT MKNOD DAC_READ_SEARCH SYS_RAWIO IPC_LOCK LINUX_IMMUTABLE SYS_NICE ' +
  'SYSLOG NET_BROADCAST SYS_TIME LEASE SYS_TTY_CONFIG';

/** Options of `docker run|create` for a container that mounts disks and runs an engine of its own. */
export function engineOptions(cgroupVersion: string): string[] {
  const options = capabilities.split(' ').flatMap((name) => ['--cap-add', name]);
  for (const name of ['seccomp', 'apparmor', 'systempaths'])
    options.push('--security-opt', `${name}=unconfined`);
  options.push(
    '--device-cgroup-rule',
    'a *:* rwm',
    '--tmpfs',
    '/run:exec,mode=755',
    '--volume',
    `${names.store}:/store`,
  );
  // Version 2 gives the container a tree of its own, which it makes writable by itself.
  if (cgroupVersion === '1')
    options.push('--volume', '/sys/fs/cgroup:/sys/fs/cgroup:rw', '--cgroupns', 'host');
  return options;
}

// Tried in turn: a network of the host's own may have one already.
const subnets = ['10.77.0', '10.177.77', '172.30.77', '192.168.177'];

/** The lab's network; made where it is missing. Returns the first three numbers of its addresses. */
export async function ensureNetwork(): Promise<string> {
  const present = await inspect('network', names.network, '{{(index .IPAM.Config 0).Subnet}}');
  if (present) return present.replace(/\.0\/24$/, '');
  const mtu = await hostMtu();
  const make = (prefix: string): string[] => [
    ...['docker', 'network', 'create', '--label', `${label}=network`, '--subnet', `${prefix}.0/24`],
    ...['--opt', `com.docker.network.driver.mtu=${mtu}`, names.network],
  ];
  for (const prefix of subnets.slice(0, -1)) {
    if ((await capture(make(prefix))).exitCode === 0) return prefix;
  }
  const last = subnets.at(-1) ?? '';
  await run(make(last));
  return last;
}

/** Copies a folder of files onto a container's `/`, running or not; they belong to root there. */
export async function copyInto(container: string, folder: string): Promise<void> {
  const tar = ['tar', '-C', folder, '--owner=0', '--group=0', '--numeric-owner', '-cf', '-', '.'];
  await pipe(tar, ['docker', 'cp', '-', `${container}:/`]);
}

/** The status of a container as Docker calls it (`running`, `exited`, `created`, …); undefined where there is none. */
export function status(container: string): Promise<string | undefined> {
  return inspect('container', container, '{{.State.Status}}');
}

/** Runs a command in a container. A non-zero exit is part of the result, not an error. */
export function execIn(
  container: string,
  argv: readonly string[],
  options: RunOptions = {},
): Promise<RunResult> {
  return capture(
    ['docker', 'exec', ...(options.input === undefined ? [] : ['-i']), container, ...argv],
    options,
  );
}

/** Runs a command in a container that must succeed; returns its standard output. */
export function mustExec(
  container: string,
  argv: readonly string[],
  options: RunOptions = {},
): Promise<string> {
  return docker(['exec', ...(options.input === undefined ? [] : ['-i']), container, ...argv], options);
}
