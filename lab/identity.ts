import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, copyFile, cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { initCa, issue } from '../src/rpc/ca.ts';
import type { GitAccess } from './git-server.ts';
import { digest, root } from './settings.ts';

/** What the lab remembers on the host: its certificate authority, certificates, the key of Consul's gossip. */
export const stateFolder = join(root, '.lab');

/** One machine of the lab. */
export interface Machine {
  name: string;
  address: string;
}

/**
 * Puts together the files that make a container the machine it is: `/opt/covey` (the node's packaging) and `/etc/covey`
 * (certificates, keys, settings for node/install.sh). Returns the folder, to be copied onto the machine's `/`.
 */
export async function machineFiles(
  machine: Machine,
  all: readonly Machine[],
  git: GitAccess,
): Promise<string> {
  const stage = join(stateFolder, 'stage', machine.name);
  await rm(stage, { recursive: true, force: true });
  const opt = join(stage, 'opt/covey');
  const etc = join(stage, 'etc/covey');
  await mkdir(opt, { recursive: true });
  await cp(join(root, 'node'), join(opt, 'node'), { recursive: true });
  await copyFile(join(root, 'docker-compose.yml'), join(opt, 'docker-compose.yml'));
  await cp(await certificates(machine), join(etc, 'tls'), { recursive: true });

  await secret(join(etc, 'ssh/id'), git.id);
  await secret(join(etc, 'ssh/known_hosts'), git.knownHosts);
  const others = all.filter((other) => other.name !== machine.name).map((other) => other.address);
  const settings = {
    NAME: machine.name,
    ADDRESS: machine.address,
    JOIN: others.join(','),
    EXPECT: String(all.length),
    ENCRYPT: await gossipKey(),
    CERTIFICATES: 'internal',
    STORE_FILE: `/store/${machine.name}.img`,
  };
  await secret(
    join(etc, 'node.env'),
    Object.entries(settings)
      .map(([key, value]) => `${key}=${value}\n`)
      .join(''),
  );
  return stage;
}

async function secret(path: string, text: string): Promise<void> {
  await mkdir(join(path, '..'), { recursive: true, mode: 0o700 });
  await writeFile(path, text, { mode: 0o600 });
}

/** A folder with the machine's certificate as a peer and one for its operator, issued once. */
async function certificates(machine: Machine): Promise<string> {
  const dir = join(stateFolder, 'ca');
  const out = join(stateFolder, 'tls', `${machine.name}-${machine.address}`);
  if (existsSync(join(out, 'operator.pem'))) return out;
  await mkdir(out, { recursive: true, mode: 0o700 });
  await issue({ name: machine.name, dir, out, san: [machine.address], role: 'peer', force: true });
  await issue({ name: `operator-${machine.name}`, dir, out, role: 'operator', force: true });
  await chmod(out, 0o700);
  return out;
}

/**
 * A hash of what the lab's machines trust each other by. Machines of another lab (its folder was removed, or they came from
 * another copy of the project) would not join this one.
 */
export async function labIdentity(): Promise<string> {
  const dir = join(stateFolder, 'ca');
  if (!existsSync(join(dir, 'ca.pem'))) {
    await mkdir(dir, { recursive: true, mode: 0o700 });
    await initCa({ dir, force: true });
  }
  return digest(await readFile(join(dir, 'ca.pem')), await gossipKey());
}

async function gossipKey(): Promise<string> {
  const path = join(stateFolder, 'gossip.key');
  if (!existsSync(path)) await secret(path, randomBytes(32).toString('base64'));
  return readFile(path, 'utf8');
}
