import { CoveyError } from '../src/errors.ts';
import { copyInto, engineOptions, mustExec, status } from './containers.ts';
import { disk, ready } from './disk.ts';
import { docker, inspect } from './docker.ts';
import type { Machine } from './identity.ts';
import { digest, images, label, names } from './settings.ts';

const configLabel = `${label}.config`;

/** What all machines of a lab share. */
export interface MachineHost {
  /** Id of the machines' image. */
  imageId: string;
  cgroupVersion: string;
  /** What tells this lab from another (see `labIdentity`). */
  identity: string;
}

function createArguments(machine: Machine, { cgroupVersion }: MachineHost): string[] {
  const network = ['--network', names.network, '--ip', machine.address, '--network-alias', machine.name];
  return [
    ...['--name', names.machine(machine.name), '--hostname', machine.name, '--label', `${label}=machine`],
    ...[
      ...network,
      '--env',
      `LAB_NODE=${machine.name}`,
      '--stop-timeout',
      '45',
      ...engineOptions(cgroupVersion),
    ],
  ];
}

/**
 * Removes machines that were made otherwise than they would be now, and gives those that are missing a fresh engine.
 * A machine that is as it should be keeps all it has.
 */
export async function prepareMachines(machines: readonly Machine[], host: MachineHost): Promise<void> {
  const fresh: string[] = [];
  for (const machine of machines) {
    const wanted = configOf(machine, host);
    const container = names.machine(machine.name);
    const current = await inspect('container', container, `{{index .Config.Labels "${configLabel}"}}`);
    if (current === wanted) continue;
    if (current !== undefined) await docker(['rm', '-f', '-v', container]);
    fresh.push(machine.name);
  }
  if (fresh.length === 0) return;
  await disk('drop', host.cgroupVersion, fresh);
  await disk('clone', host.cgroupVersion, fresh);
}

function configOf(machine: Machine, host: MachineHost): string {
  return digest(host.imageId, host.identity, ...createArguments(machine, host));
}

/** A machine with these files on it, running and ready (its engine answers). */
export async function startMachine(
  machine: Machine,
  files: string,
  host: MachineHost,
  signal?: AbortSignal,
): Promise<void> {
  const container = names.machine(machine.name);
  const before = await status(container);
  if (before === undefined) {
    const config = configOf(machine, host);
    await docker([
      'create',
      ...createArguments(machine, host),
      '--label',
      `${configLabel}=${config}`,
      images.machine,
    ]);
  }
  await copyInto(container, files);
  if (before !== 'running') await docker(['start', container]);
  await ready(container, signal);
  if (before === 'running') {
    await setPartition(machine.name, false);
    await mustExec(container, ['/opt/covey/node/install.sh']);
  }
  await setPeer(container, 'health: { steady: 1s }');
}

/** Adds a line to the peer's settings. The lab's many deploys of tiny apps need not watch each for as long as others. */
async function setPeer(container: string, line: string): Promise<void> {
  const script = 'grep -qxF "$1" "$2" || echo "$1" >> "$2"';
  await mustExec(container, ['sh', '-c', script, 'sh', line, '/etc/covey/covey.yml']);
}

/** Fails unless there is such a machine. */
export async function mustExist(node: string): Promise<string> {
  const container = names.machine(node);
  if (!/^[a-z0-9]+$/.test(node) || (await status(container)) === undefined) {
    throw new CoveyError('not-found', `the lab has no machine ${node}`, { hint: 'npm run lab -- up' });
  }
  return container;
}

/**
 * Cuts a machine off from every other, or joins it again. Packets are dropped silently, as by a dead switch, and where
 * the nested engine has no rules of its own, whatever containers they belong to.
 */
export async function setPartition(node: string, cut: boolean): Promise<void> {
  const container = await mustExist(node);
  const rules = [
    ['PREROUTING', '-i'],
    ['POSTROUTING', '-o'],
  ] as const;
  for (const tool of ['iptables', 'ip6tables']) {
    for (const [chain, direction] of rules) {
      const rule = [chain, direction, 'eth0', '-j', 'DROP'];
      // Deleting until there is none makes both commands safe to repeat.
      const script = `while ${tool} -w -t mangle -D "$@" 2>/dev/null; do :; done`;
      await mustExec(container, ['sh', '-c', script, 'sh', ...rule]);
      if (cut) await mustExec(container, [tool, '-w', '-t', 'mangle', '-I', ...rule]);
    }
  }
}
