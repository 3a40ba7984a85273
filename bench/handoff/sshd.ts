import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../../src/command.ts';
import { freePort } from '../free-port.ts';

/** A running server, and the settings of a client to which it is the host `bench`. */
export interface Sshd {
  config: string;
  stop(): Promise<void>;
}

/** A server of its own on a free port, with keys of its own and the ciphers that it comes with; undefined without sshd. */
export async function startSshd(folder: string): Promise<Sshd | undefined> {
  const sshd = (await run('which', ['sshd'], { accept: [0, 1] })).stdout.trim();
  if (sshd === '') return undefined;
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
  await answers(port, server);
  const config = join(folder, 'ssh-config');
  const client = ['HostName 127.0.0.1', `Port ${port}`, 'User root', `IdentityFile ${key}`, 'LogLevel ERROR'];
  const trust = ['StrictHostKeyChecking no', 'UserKnownHostsFile /dev/null'];
  await writeFile(config, `${['Host bench', ...client, ...trust].join('\n  ')}\n`);
  return {
    config,
    stop: async () => {
      server.kill();
      if (server.exitCode === null) await once(server, 'exit');
    },
  };
}

async function answers(port: number, server: ChildProcess): Promise<void> {
  while (server.exitCode === null) {
    const tried = await run('ssh-keyscan', ['-T', '1', '-p', `${port}`, '127.0.0.1'], { accept: [0, 1] });
    if (tried.stdout !== '') return;
  }
  throw new Error(`sshd ended with ${server.exitCode}`);
}
