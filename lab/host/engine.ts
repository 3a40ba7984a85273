import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, open, readFile, rm } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';
import { CoveyError } from '../../src/errors.ts';
import { capture, type Log, step, until } from '../run.ts';
import { host } from '../settings.ts';
import { aptInstall } from './apt.ts';

const logFile = '/var/log/covey-dockerd.log';
const pidFile = '/var/run/docker.pid';

export interface Engine {
  version: string;
  cgroupVersion: string;
}

/** What `docker info` says, or undefined when no engine answers. */
async function reach(): Promise<Engine | undefined> {
  const argv = ['docker', 'info', '--format', '{{.ServerVersion}} {{.CgroupVersion}}'];
  const result = await capture(argv, { timeout: 20_000 }).catch(() => undefined); // no command or no answer: no engine to use
  const [version, cgroupVersion] = (result?.stdout ?? '').trim().split(' ');
  if (result?.exitCode !== 0 || !version || !cgroupVersion) return undefined;
  return { version, cgroupVersion };
}

/**
 * A Docker Engine that answers. One that is there is used as it is. Else, as root on Debian, the packages are installed and
 * `dockerd` is started, detached, to stay after we end. Throws `refused`, in one line, where neither works.
 */
export async function ensureDocker(log: Log, signal?: AbortSignal): Promise<Engine> {
  const present = await reach();
  if (present) return present;
  if (!host.isRoot || !existsSync('/usr/bin/apt-get')) {
    throw new CoveyError(
      'refused',
      'no Docker Engine answers (`docker info` fails): start Docker and give this user access to it, or run this as root on Debian',
    );
  }
  await step(log, 'docker: packages docker.io and iptables installed', () =>
    aptInstall(['docker.io', 'iptables'], signal),
  );
  // The package starts its service where an init system runs.
  return (
    (await reach()) ??
    (await step(log, `docker: engine started (log: ${logFile})`, () => startEngine(signal)))
  );
}

async function startEngine(signal?: AbortSignal): Promise<Engine> {
  await removeStalePidFile();
  await mkdir('/var/log', { recursive: true });
  const out = await open(logFile, 'a');
  const child = spawn('dockerd', ['--pidfile', pidFile, '--mtu', String(await hostMtu())], {
    detached: true,
    stdio: ['ignore', out.fd, out.fd],
  });
  let ended: string | undefined;
  child.on('error', (error) => (ended = error.message));
  child.on('exit', (code) => (ended = `ended with ${code}`));
  child.unref();
  await out.close();
  const describe = (): string => `dockerd does not answer (${ended ?? 'still starting'}); see ${logFile}`;
  return until(
    async () => {
      if (ended !== undefined) throw new CoveyError('failed', describe());
      return reach();
    },
    { timeout: 60_000, describe, ...(signal && { signal }) },
  );
}

/** dockerd refuses to start beside the pid file of one that was killed, if the pid belongs to anything by now. */
async function removeStalePidFile(): Promise<void> {
  const text = await readFile(pidFile, 'utf8').catch(() => undefined); // none is usual; of one it cannot read dockerd complains
  if (text === undefined) return;
  // No process has that id any more, or it is just ending: it is not dockerd.
  const command = await readFile(`/proc/${Number(text)}/comm`, 'utf8').catch(() => '');
  if (command.trim() !== 'dockerd') await rm(pidFile, { force: true });
}

/** The smallest MTU of this machine's real interfaces: what containers send must fit through it. */
export async function hostMtu(): Promise<number> {
  const sizes = await Promise.all(
    Object.keys(networkInterfaces())
      .filter((name) => !/^(lo|docker|br-|veth)/.test(name))
      .map(async (name) => Number(await readFile(`/sys/class/net/${name}/mtu`, 'utf8').catch(() => '1500'))),
  );
  return Math.min(1500, ...sizes.filter((size) => size >= 576));
}
