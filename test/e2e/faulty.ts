import { must, type NodeName, on } from './support.ts';

/** Where a peer looks for armed fault points (src/faults.ts). */
const folder = '/var/lib/covey/faults';

/** A fault point of a node's peer that waits until it is released. */
export interface Held {
  /** Resolves once the peer has come to it. */
  reached(): Promise<void>;
  /** Lets the peer go on, if it still is there. */
  release(): Promise<void>;
}

/** Arms a point: the next time that the node's peer comes to it, it fails, dies or waits. */
export async function arm(node: NodeName, point: string, what: 'fail' | 'kill' | 'wait'): Promise<Held> {
  await must(node, 'mkdir', '-p', folder);
  await must(
    node,
    'sh',
    '-c',
    'printf %s "$1" > "$2.new" && mv "$2.new" "$2"',
    'sh',
    what,
    `${folder}/${point}`,
  );
  return {
    reached: async () => {
      const script = 'i=0; until [ -e "$1" ]; do i=$((i+1)); [ $i -lt 2400 ] || exit 1; sleep 0.05; done';
      await must(node, 'sh', '-c', script, 'sh', `${folder}/${point}.reached`);
    },
    release: async () => {
      await must(node, 'rm', '-f', `${folder}/${point}`, `${folder}/${point}.reached`);
    },
  };
}

/** Takes away what was armed and not reached, on a machine that may be off. */
export async function disarm(node: NodeName): Promise<void> {
  await on(node, ['rm', '-rf', folder]);
}
