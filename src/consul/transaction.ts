import { z } from 'zod';
import { CoveyError } from '../errors.ts';
import type { ConsulClient, ConsulFault } from './client.ts';

/**
 * One operation of a transaction. The `check-*` ones write nothing and make the rest depend on them: `check-session` holds while
 * the key is locked by that session, so that a commit under a lock is made only by who still holds it.
 */
export type KvOp =
  | { op: 'set'; key: string; value: string }
  | { op: 'cas'; key: string; value: string; index: number } // 0: the key must not exist
  | { op: 'delete'; key: string }
  | { op: 'delete-cas'; key: string; index: number }
  | { op: 'check-index'; key: string; index: number }
  | { op: 'check-not-exists'; key: string }
  | { op: 'check-session'; key: string; session: string }
  | { op: 'lock'; key: string; value: string; session: string }
  | { op: 'unlock'; key: string; value: string; session: string };

/** `indexes`: the new modifyIndex of each key written. `failures`: which operations did not hold, with Consul's reason. */
export type TransactionResult =
  | { ok: true; indexes: Map<string, number> }
  | { ok: false; failures: { op: number; key: string; why: string }[] };

const LIMIT = 64; // Consul's own

const answerSchema = z.object({
  Results: z
    .array(z.object({ KV: z.object({ Key: z.string(), ModifyIndex: z.number() }).optional() }))
    .nullish(),
  Errors: z.array(z.object({ OpIndex: z.number(), What: z.string() })).nullish(),
});

/** All of `ops` or none; the meaning of the errors is that of ConsulClient.call. */
export async function transact(
  consul: ConsulClient,
  ops: readonly KvOp[],
  signal?: AbortSignal,
): Promise<TransactionResult> {
  if (ops.length === 0 || ops.length > LIMIT) {
    throw new CoveyError('invalid', `a Consul transaction takes 1 to ${LIMIT} operations, not ${ops.length}`);
  }
  const body = ops.map((op) => ({ KV: wire(op) }));
  const answer = await consul
    .call((o) => consul.raw.transaction.create(body as never, o as never), { signal })
    .catch((error: unknown) => conflict(error));
  const { Results, Errors } = answerSchema.parse(answer.body);
  if (Errors?.length) {
    const failures = Errors.map((e) => ({ op: e.OpIndex, key: ops[e.OpIndex]?.key ?? '', why: e.What }));
    const denied = failures.find((failure) => /permission denied/i.test(failure.why));
    if (denied)
      throw new CoveyError(
        'denied',
        `Consul at ${consul.address} denies writing ${denied.key}: ${denied.why}`,
        { hint: 'check the ACL token in the configuration' },
      );
    return { ok: false, failures };
  }
  const indexes = new Map<string, number>();
  for (const { KV } of Results ?? []) if (KV) indexes.set(KV.Key, KV.ModifyIndex);
  return { ok: true, indexes };
}

function wire(op: KvOp): Record<string, unknown> {
  return {
    Verb: op.op,
    Key: op.key,
    ...('value' in op ? { Value: Buffer.from(op.value).toString('base64') } : {}),
    ...('index' in op ? { Index: op.index } : {}),
    ...('session' in op ? { Session: op.session } : {}),
  };
}

/** Consul answers 409 with the list of failures when a condition does not hold: that is an answer, not an error. */
function conflict(error: unknown): { body: unknown } {
  const fault = (error as CoveyError).cause as ConsulFault | undefined;
  if (fault?.status !== 409) throw error;
  return { body: fault.body };
}
