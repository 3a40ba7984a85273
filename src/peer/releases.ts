import { unpack } from '../docker/archive.ts';
import { CoveyError } from '../errors.ts';
import type { ReleaseChunk__Output } from '../generated/covey/v1/ReleaseChunk.ts';
import type { ActionDeps } from '../plan/actions/action.ts';
import type { Report } from '../plan/runner.ts';
import type { Channels } from '../rpc/channels.ts';
import { peerMethods } from '../rpc/proto.ts';
import { addressOf } from './address.ts';

/** Longest silence of the node that gives, in milliseconds: it reads its own disk. */
const IDLE = 60_000;

const MEGABYTE = 1_000_000;

/** Between two reports, in bytes. */
const PACE = 10 * MEGABYTE;

/** Takes releases that other nodes have. */
export function createReleaseTaker(deps: {
  channels: Channels;
  port: number;
  /** IP of a member, or undefined where there is no such member. */
  address: (node: string) => Promise<string | undefined>;
}): ActionDeps['takeRelease'] {
  return async (node, release, into, { signal, report }) => {
    const address = await addressOf(node, deps.address);
    const peer = deps.channels.to({ name: node, address, port: deps.port });
    const chunks = peer.stream(peerMethods.Release, release, { signal, idle: IDLE });
    await unpack(whole(chunks, node, report), into, signal);
  };
}

/** The archive in the chunks. That it is whole is said by its last message: tar takes one cut between two files for whole. */
async function* whole(
  chunks: AsyncIterable<ReleaseChunk__Output>,
  node: string,
  report: Report,
): AsyncGenerator<Uint8Array> {
  let taken = 0;
  let said = 0;
  let reported = 0;
  for await (const { data, total } of chunks) {
    if (total > 0) said = total;
    if (data.length === 0) continue;
    taken += data.length;
    yield data;
    if (taken - reported < PACE) continue;
    reported = taken;
    report(-1, `${(taken / MEGABYTE).toFixed(0)} MB taken`);
  }
  if (said === 0 || said !== taken) {
    throw new CoveyError('failed', `The release from ${node} was cut: ${taken} bytes came.`);
  }
}
