import { z } from 'zod';
import { CoveyError } from '../errors.ts';
import type { NodeDelta } from './delta.ts';
import type { Reply, Request } from './message.ts';
import type { Stamp } from './stamp.ts';

// Messages as they come over gRPC, and as they go. What comes in is checked for its form, so that a peer of another version,
// or a broken one, cannot leave a state here that has gaps or disorder.

/** Room is left above: a node may have to take a higher incarnation than it hears of itself. */
const count = z
  .int()
  .nonnegative()
  .max(2 ** 52);

const stamp = z.object({
  node: z.string().min(1).max(255),
  incarnation: count,
  version: count,
  floor: count,
  goneAt: count,
});

const entry = z
  .object({ key: z.string().min(1), version: count.positive(), value: z.string().optional() })
  .transform(({ key, version, value }) => ({ key, version, value }));

const delta = z
  .object({ stamp, from: count, to: count, entries: z.array(entry) })
  .refine(({ stamp: { incarnation } }) => incarnation > 0, 'of a run that is none')
  .refine(({ stamp: { version }, from, to }) => from <= to && to <= version, 'with versions beyond its end')
  .refine(({ from, to, entries }) => {
    const versions = [from, ...entries.map(({ version }) => version)];
    return (
      versions.every((version, index) => index === 0 || version > (versions[index - 1] ?? 0)) &&
      (versions.at(-1) ?? 0) <= to
    );
  }, 'with entries out of order')
  .refine(({ entries }) => new Set(entries.map(({ key }) => key)).size === entries.length, 'with a key twice')
  .refine(
    ({ stamp: { goneAt }, entries }) => goneAt === 0 || entries.length === 0,
    'with entries of the gone',
  );

const deltas = z.object({ deltas: z.array(delta) });

const request = z.union([
  z.object({ kind: z.literal('syn'), syn: z.object({ stamps: z.array(stamp), whole: z.boolean() }) }),
  z.object({ kind: z.literal('deltas'), deltas }),
  z.object({ kind: z.literal('news'), news: deltas }),
]);

const reply = z.object({ want: z.array(stamp), deltas: z.array(delta) });

/** A `GossipRequest` as it has come. Errors: `invalid`. */
export function parseRequest(wire: unknown): Request {
  const parsed = request.safeParse(wire);
  if (!parsed.success) throw malformed(parsed.error);
  const { data } = parsed;
  if (data.kind === 'syn') return { kind: 'syn', digest: data.syn };
  return { kind: data.kind, deltas: (data.kind === 'news' ? data.news : data.deltas).deltas };
}

/** A `GossipReply` as it has come. Errors: `invalid`. */
export function parseReply(wire: unknown): Reply {
  const parsed = reply.safeParse(wire);
  if (!parsed.success) throw malformed(parsed.error);
  return parsed.data;
}

function malformed(error: z.ZodError): CoveyError {
  return new CoveyError(
    'invalid',
    `Gossip that has not its form: ${z.prettifyError(error).replaceAll('\n', ' ')}`,
    {
      hint: 'Do both nodes run the same version of covey? See `covey nodes`.',
    },
  );
}

/** As a `GossipRequest`. */
export function wireRequest(message: Request) {
  if (message.kind === 'syn')
    return { syn: { stamps: message.digest.stamps.map(wireStamp), whole: message.digest.whole } };
  const wired = { deltas: message.deltas.map(wireDelta) };
  return message.kind === 'news' ? { news: wired } : { deltas: wired };
}

/** As a `GossipReply`. */
export function wireReply(message: Reply) {
  return { want: message.want.map(wireStamp), deltas: message.deltas.map(wireDelta) };
}

const wireStamp = (of: Stamp) => ({ ...of });

function wireDelta({ stamp: of, from, to, entries }: NodeDelta) {
  return {
    stamp: wireStamp(of),
    from,
    to,
    entries: entries.map(({ key, version, value }) => ({
      key,
      version,
      ...(value !== undefined && { value }),
    })),
  };
}
