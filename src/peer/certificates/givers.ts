import { checkedNames, type SiteCertificate } from '../../proxy/certificates/names.ts';
import { checkedRoot, type Root } from '../../proxy/certificates/x509.ts';
import type { Channels } from '../../rpc/channels.ts';
import { peerMethods } from '../../rpc/proto.ts';
import { addressOf } from '../address.ts';

/** Longest silence of the node that gives, in milliseconds: it reads small files of its own disk. */
const IDLE = 15_000;
/** For the root of a node, in milliseconds. */
const DEADLINE = 5_000;

/** What other nodes give of their certificates; it is checked here, and errors hold no word of it. */
export interface Givers {
  /** What the node's Caddy keeps of these hosts. Errors: `invalid`, and as of a call. */
  certificates(node: string, hosts: readonly string[], signal: AbortSignal): AsyncIterable<SiteCertificate>;
  /** The cluster's internal root, if the node has it. Errors: `not-found`, `invalid`, and as of a call. */
  root(node: string, fingerprint: string, signal: AbortSignal): Promise<Root>;
}

export function createGivers(deps: {
  channels: Channels;
  port: number;
  /** IP of a member, or undefined where there is no such member. */
  address: (node: string) => Promise<string | undefined>;
}): Givers {
  const connection = async (node: string) =>
    deps.channels.to({ name: node, address: await addressOf(node, deps.address), port: deps.port });
  return {
    certificates: async function* (node, hosts, signal) {
      const peer = await connection(node);
      const request = { hosts: [...hosts] };
      for await (const given of peer.stream(peerMethods.Certificates, request, { signal, idle: IDLE }))
        yield checkedNames(given, hosts);
    },
    root: async (node, fingerprint, signal) => {
      const peer = await connection(node);
      const given = await peer.call(
        peerMethods.InternalRoot,
        { fingerprint },
        { signal, deadline: DEADLINE },
      );
      return checkedRoot(given, fingerprint);
    },
  };
}
