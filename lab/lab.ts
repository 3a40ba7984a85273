import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { CoveyError } from '../src/errors.ts';
import { ensureNetwork, execIn } from './containers.ts';
import { disk, ensureTemplate, ready, syncImages } from './disk.ts';
import { containersLabelled, docker, inspect } from './docker.ts';
import { exclusive } from './exclusive.ts';
import { ensureGitServer } from './git-server.ts';
import { ensureDocker } from './host/engine.ts';
import { ensureImages } from './host/images.ts';
import { labIdentity, type Machine, machineFiles, stateFolder } from './identity.ts';
import { mustExist, prepareMachines, setPartition, startMachine } from './machines.ts';
import { peerOfCommit } from './past-peer.ts';
import { buildPeer, peerSources } from './peer-image.ts';
import { type Log, type RunOptions, type RunResult, step } from './run.ts';
import { images, label, names } from './settings.ts';
import { composeUp, probes, waitFor } from './stack.ts';

export { publish } from './git-server.ts';

export interface LabOptions {
  log: Log;
  signal?: AbortSignal;
}

/** Two that make or remove machines at once would undo each other's work. */
function alone<T>({ log, signal }: LabOptions, work: () => Promise<T>): Promise<T> {
  return exclusive('covey-lab', log, signal, work);
}

function machineList(prefix: string, count: number): Machine[] {
  return Array.from({ length: count }, (_, i) => ({ name: `node${i + 1}`, address: `${prefix}.${11 + i}` }));
}

/**
 * A lab of `nodes` machines with the node's services up and serving. Whatever state the lab is in, this leads there:
 * what is missing is made, what is stopped is started, what is cut off is joined, what changed is brought up to date.
 * Returns the machines.
 */
export function up(nodes: number, options: LabOptions): Promise<Machine[]> {
  return alone(options, () => bringUp(nodes, options));
}

async function bringUp(nodes: number, { log, signal }: LabOptions): Promise<Machine[]> {
  if (!Number.isInteger(nodes) || nodes < 1 || nodes > 50) {
    throw new CoveyError('invalid', `--nodes: expected 1 to 50, got ${nodes}`);
  }
  const { cgroupVersion } = await ensureDocker(log, signal);
  const ids = await step(log, 'images: all here', () => ensureImages(log, signal));
  const host = { imageId: ids.get(images.machine) ?? '', cgroupVersion, identity: await labIdentity() };
  const prefix = await ensureNetwork();
  const machines = machineList(prefix, nodes);
  const git = await step(log, 'git server: up', () =>
    ensureGitServer(ids.get(images.git) ?? '', `${prefix}.5`),
  );
  await ensureTemplate(ids, cgroupVersion, log, signal);

  await step(log, `machines: ${nodes} up, each with its own Docker Engine and store`, async () => {
    await prepareMachines(machines, host);
    const start = async (machine: Machine): Promise<void> => {
      const files = await machineFiles(machine, machines, git);
      await startMachine(machine, files, host, signal);
    };
    await Promise.all(machines.map(start));
  });
  await deploySources(machines, ids, { log, ...(signal && { signal }) });
  const all = machines.map(({ name }) => name);
  for (const [service, probe] of Object.entries(probes(all))) {
    await step(log, `${service}: answers on every machine`, () =>
      Promise.all(all.map((name) => waitFor(name, service, probe, signal))),
    );
  }
  return machines;
}

async function deploySources(
  machines: readonly Machine[],
  ids: Map<string, string>,
  options: LabOptions,
): Promise<void> {
  const { log, signal } = options;
  const sources = await peerSources();
  await step(log, `services: started (peer ${sources.digest.slice(0, 8)})`, () =>
    Promise.all(
      machines.map(async ({ name }) => {
        const container = names.machine(name);
        await syncImages(container, ids, signal);
        await buildPeer(container, sources, ids.get(images.peerDeps) ?? '');
        await composeUp(name, signal);
      }),
    ),
  );
}

/** Brings changed sources of the peer to the running machines, and restarts those peers that differ. */
export function reload(options: LabOptions): Promise<void> {
  return alone(options, () => bringSources(options));
}

async function bringSources({ log, signal }: LabOptions): Promise<void> {
  const running: Machine[] = [];
  for (const name of await machineNames()) running.push({ name, address: await address(name) });
  if (running.length === 0)
    throw new CoveyError('refused', 'the lab is not up', { hint: 'npm run lab -- up' });
  const ids = await ensureImages(log, signal);
  await deploySources(running, ids, { log, ...(signal && { signal }) });
  const { peer } = probes([]);
  if (!peer) return;
  await step(log, 'peer: answers on every machine', () =>
    Promise.all(running.map(({ name }) => waitFor(name, 'peer', peer, signal))),
  );
}

/** Gives one machine the peer of another commit, as if it had not been upgraded yet; `reload` upgrades it. */
export function bringCommit(node: string, commit: string, options: LabOptions): Promise<void> {
  return alone(options, async () => {
    const { log, signal } = options;
    const container = await mustExist(node);
    const ids = await ensureImages(log, signal);
    await step(log, `peer of ${commit} on ${node}`, () =>
      peerOfCommit(container, commit, ids.get(images.peerDeps) ?? '', signal),
    );
    await composeUp(node, signal);
    const { peer } = probes([]);
    if (peer) await waitFor(node, 'peer', peer, signal);
  });
}

/** Names of the lab's machines, running or not. */
export async function machineNames(): Promise<string[]> {
  const containers = await containersLabelled(`${label}=machine`);
  return containers.map((name) => name.replace(names.machine(''), ''));
}

/** A machine's address on the lab's network. */
export async function address(node: string): Promise<string> {
  const format = `{{(index .NetworkSettings.Networks "${names.network}").IPAMConfig.IPv4Address}}`;
  const found = await inspect('container', names.machine(node), format);
  if (found === undefined) await mustExist(node);
  return found ?? '';
}

/** Runs a command on a machine and returns what it printed and its exit status, which is no error. */
export async function exec(
  node: string,
  argv: readonly string[],
  options: RunOptions = {},
): Promise<RunResult> {
  const result = await execIn(names.machine(node), argv, options);
  // Only then is it asked for: a test runs thousands of commands.
  if (result.exitCode === 1 && result.stdout === '' && /No such container/i.test(result.stderr))
    await mustExist(node);
  return result;
}

/** A machine loses its power: everything on it dies at once. */
export async function kill(node: string): Promise<void> {
  const container = await mustExist(node);
  await docker(['kill', container]);
}

/** A machine that was killed boots again; returns when its Docker Engine answers, its services may take longer. */
export async function start(node: string, signal?: AbortSignal): Promise<void> {
  const container = await mustExist(node);
  await docker(['start', container]);
  await ready(container, signal);
}

/** A machine is lost for good, with its disk. `up` makes a new one in its place. */
export function remove(node: string, options: LabOptions): Promise<void> {
  return alone(options, async () => {
    const container = await mustExist(node);
    const { cgroupVersion } = await ensureDocker(options.log, options.signal);
    await docker(['rm', '-f', '-v', container]);
    await disk('drop', cgroupVersion, [node]);
  });
}

/** Cuts a machine off from all others; `exec` still reaches it. */
export async function partition(node: string): Promise<void> {
  await setPartition(node, true);
}

/** Joins a machine again that was cut off. */
export async function heal(node: string): Promise<void> {
  await setPartition(node, false);
}

/**
 * Removes the lab: containers, network, disks, state on the host. The images and the template that machines start from
 * stay, for a quick next `up`; `all` removes these too.
 */
export function down(options: LabOptions & { all?: boolean }): Promise<void> {
  return alone(options, () => takeDown(options));
}

async function takeDown(options: LabOptions & { all?: boolean }): Promise<void> {
  const { log } = options;
  const { cgroupVersion } = await ensureDocker(log);
  const containers = await containersLabelled(label);
  const machines = await machineNames();
  if (containers.length > 0) {
    await step(log, `${containers.length} containers removed`, () =>
      docker(['rm', '-f', '-v', ...containers]),
    );
  }
  const hasStore = await inspect('volume', names.store, '{{.Name}}');
  const hasImage = await inspect('image', images.machine, '{{.Id}}');
  if (hasStore && hasImage && !options.all) await disk('drop', cgroupVersion, machines);
  const networks = await docker(['network', 'ls', '--quiet', '--filter', `label=${label}`]);
  for (const id of networks.split('\n').filter(Boolean)) await docker(['network', 'rm', id]);
  if (options.all) {
    if (hasStore) await docker(['volume', 'rm', names.store]);
    const present = await docker(['images', '--quiet', images.machine, '--no-trunc']);
    if (present) await docker(['rmi', images.machine]);
    for (const tag of [images.git, images.peerDeps]) {
      if (await inspect('image', tag, '{{.Id}}')) await docker(['rmi', tag]);
    }
  }
  if (existsSync(stateFolder)) await rm(stateFolder, { recursive: true });
  log(options.all ? 'the lab is gone' : 'the lab is down; images and the template stay for the next `up`');
}
