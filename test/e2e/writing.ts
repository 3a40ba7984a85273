import { must, NODES, type NodeName, on } from './support.ts';

/** Where a machine keeps what the writing container of the app has written there: no takeover touches it. */
const FOLDER = '/srv/covey-writes';

/** Longer than from one write to the next, in milliseconds, also on a machine that is busy. */
const GAP = 1_000;

/** An app with a site, a volume that is replicated all the time, automatic takeover, and a container that writes every 50 ms. */
export function writingApp(host: string): string {
  return `services:
  web:
    build: .
    restart: unless-stopped
    environment:
      CADDYFILE: |
        http://${host}, https://${host} {
            reverse_proxy http://$CONTAINER:8000
        }
    volumes: ["data:/data"]
    networks: [cluster_default]
  writer:
    build: .
    restart: unless-stopped
    # A shell does not end by SIGTERM as the first process: it takes as long as it is given. The lease gives what it has to; an
    # operation, which stops it in peace, only this second.
    stop_grace_period: 1s
    command: ["sh", "-c", "while :; do date +%s%N >> /writes/all; sleep 0.05; done"]
    # With the data, since Docker itself starts what needs no volume of the driver when a machine boots.
    volumes: ["data:/data", "${FOLDER}:/writes"]
volumes:
  data:
    driver: anybox/buttervolume:latest
    labels:
      covey.replicate: 2s
networks:
  cluster_default:
    external: true
x-covey:
  takeover:
    after: 10s
    max-age: 1h
`;
}

/** A time in which a node's container wrote, in unix milliseconds. */
export interface Writing {
  node: NodeName;
  from: number;
  to: number;
}

/** Forgets what was written. */
export async function forgetWrites(): Promise<void> {
  for (const node of NODES) await must(node, 'sh', '-c', 'mkdir -p "$1" && rm -f "$1/all"', 'sh', FOLDER);
}

/** Since when to when containers wrote, on machines that run, in the order of the time. The machines have the host's clock. */
export async function writings(nodes: readonly NodeName[] = NODES): Promise<Writing[]> {
  const all = await Promise.all(nodes.map(writingsOn));
  return all.flat().toSorted((a, b) => a.from - b.from);
}

async function writingsOn(node: NodeName): Promise<Writing[]> {
  const { exitCode, stdout } = await on(node, ['cat', `${FOLDER}/all`]);
  if (exitCode !== 0) return []; // nothing was written there
  const found: Writing[] = [];
  // A machine that lost its power may have left half a line.
  for (const line of stdout.split('\n').filter((each) => /^\d{19}$/.test(each))) {
    const at = Number(line.slice(0, -6));
    const last = found.at(-1);
    if (last && at - last.to < GAP) last.to = at;
    else found.push({ node, from: at, to: at });
  }
  return found;
}

/** Times in which two nodes wrote at once. */
export function overlaps(all: readonly Writing[]): { first: Writing; second: Writing }[] {
  return all.flatMap((first, index) =>
    all
      .slice(index + 1)
      .filter((second) => second.node !== first.node && second.from <= first.to && first.from <= second.to)
      .map((second) => ({ first, second })),
  );
}
