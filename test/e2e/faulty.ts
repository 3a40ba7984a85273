import { must, NODES, type NodeName, on, type PublishedApp } from './support.ts';

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
  // What a machine that went off was not told to forget would count as reached.
  const script = 'rm -f "$2.reached" && printf %s "$1" > "$2.new" && mv "$2.new" "$2"';
  await must(node, 'sh', '-c', script, 'sh', what, `${folder}/${point}`);
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

/** The rule that cuts a machine off git, and from nothing else. Its peer is in the machine's own network. */
async function rule(node: NodeName): Promise<string[]> {
  const [address = ''] = (await must(node, 'getent', 'hosts', 'git')).split(/\s+/);
  if (address === '') throw new Error(`${node} does not know git`);
  return ['OUTPUT', '-d', address, '-j', 'REJECT'];
}
/** Cuts machines off git; they reach each other. */
export async function cutOffGit({ http }: PublishedApp, ...nodes: NodeName[]): Promise<void> {
  for (const node of nodes) {
    await must(node, 'iptables', '-w', '-I', ...(await rule(node)));
    if ((await on(node, ['git', 'ls-remote', http])).exitCode === 0) throw new Error(`${node} reaches git`);
  }
}
/** Takes every such rule away, however often it is there. */
export async function joinGit(nodes: readonly NodeName[] = NODES): Promise<void> {
  for (const node of nodes) {
    const what = await rule(node);
    while ((await on(node, ['iptables', '-w', '-C', ...what])).exitCode === 0)
      await must(node, 'iptables', '-w', '-D', ...what);
  }
}
