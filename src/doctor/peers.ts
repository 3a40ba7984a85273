import { asCoveyError } from '../errors.ts';
import { type Check, error, type Finding, ok, together, warning } from './check.ts';

/** The other nodes, as this one sees them. */
export interface PeerSource {
  port: number;
  /** Names of those that Consul calls alive, without this one. */
  others(signal: AbortSignal): Promise<readonly string[]>;
  /** The clock of a node's peer, in milliseconds since 1970, by an RPC. */
  time(node: string, signal: AbortSignal): Promise<number>;
}

/** How far a node's clock is ahead of ours, and by how much that may be wrong, in milliseconds. */
export interface Drift {
  node: string;
  ahead: number;
  error: number;
}

/** Below the deadline of a check, so that one silent node is named and the others are heard, in milliseconds. */
const ANSWER = 3_000;

const WARNING = 1_000;
const ERROR = 30_000;

export function peerChecks(source: PeerSource): Check[] {
  const hint = 'docker start covey-consul (it knows the other nodes)';
  return [
    {
      name: 'peers',
      hint,
      look: async (signal) => {
        const heard = await Promise.all(
          (await source.others(signal)).map(
            async (node) => [node, await measure(source, node, signal)] as const,
          ),
        );
        return judgePeers(source.port, heard);
      },
    },
    {
      name: 'clock',
      hint,
      look: async (signal) => {
        const others = await source.others(signal);
        const heard = await Promise.all(others.map((node) => measure(source, node, signal)));
        return judgeClock(
          heard.filter((one) => typeof one !== 'string'),
          others.length,
        );
      },
    },
  ];
}

/** Why a node does not answer, or how its clock stands to ours; half of the round trip is what may be wrong. */
async function measure(source: PeerSource, node: string, signal: AbortSignal): Promise<Drift | string> {
  const bounded = AbortSignal.any([signal, AbortSignal.timeout(ANSWER)]);
  try {
    // The first answer pays for the connection, so the second one tells the time.
    await source.time(node, bounded);
    const [asked, began] = [Date.now(), performance.now()];
    const theirs = await source.time(node, bounded);
    const half = (performance.now() - began) / 2;
    return { node, ahead: theirs - (asked + half), error: half };
  } catch (thrown) {
    return asCoveyError(thrown).message;
  }
}

export function judgePeers(port: number, heard: readonly (readonly [string, Drift | string])[]): Finding {
  if (heard.length === 0) return ok('there is no other live node');
  return together(
    heard.map(([node, answer]) =>
      typeof answer === 'string'
        ? error(
            `${node} is not reached on port ${port}: ${answer}`,
            `on ${node}: docker start covey-peer, docker logs --tail 20 covey-peer; let port ${port} through the firewalls`,
          )
        : ok(`${node} answers`),
    ),
  );
}

export function judgeClock(drifts: readonly Drift[], others: number): Finding {
  if (others === 0) return ok('there is no other live node to compare with');
  if (drifts.length === 0) return warning('no other node tells its time', 'see the check "peers"');
  return together(drifts.map(judgeDrift));
}

function judgeDrift(drift: Drift): Finding {
  const { node, ahead } = drift;
  const found = `${node} is ${seconds(Math.abs(ahead))} ${ahead < 0 ? 'behind' : 'ahead'} (± ${seconds(drift.error)})`;
  // What may be the round trip's fault is no difference.
  const certain = Math.abs(ahead) - drift.error;
  const hint =
    'compare date on both nodes, and where it is wrong: timedatectl set-ntp true. ' +
    'Names of snapshots and the validity of certificates depend on the clock';
  if (certain > ERROR) return error(found, hint);
  return certain > WARNING ? warning(found, hint) : ok(found);
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(3)} s`;
}
