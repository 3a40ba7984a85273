import type { Examine } from '../doctor/examine.ts';
import { asCoveyError, CoveyError } from '../errors.ts';
import type { DoctorReply } from '../generated/covey/v1/DoctorReply.ts';
import type { DoctorRequest__Output } from '../generated/covey/v1/DoctorRequest.ts';
import type { Finding } from '../generated/covey/v1/Finding.ts';
import type { Handler } from '../rpc/handler.ts';
import type { Deps } from './deps.ts';

type DoctorDeps = Pick<Deps, 'node' | 'members' | 'nodes' | 'bounds'> & { examine: Examine };

/** Each node examines itself. This one is not asked over the network, since that may be what is wrong. */
export function doctor(deps: DoctorDeps): Handler<DoctorRequest__Output, DoctorReply> {
  return async ({ node, all }, { signal }) => {
    if (all && node !== '')
      throw new CoveyError('invalid', 'Either all nodes are examined, or the one named.');
    const { names, unknown } = all ? await everybody(deps) : { names: [node || deps.node], unknown: [] };
    const found = await Promise.all(names.map((name) => examineNode(deps, name, signal)));
    return { findings: [...found.flat(), ...unknown] };
  };
}

/** Answers for this node. */
export function doctorHere(deps: Pick<DoctorDeps, 'node' | 'examine'>): Handler<unknown, DoctorReply> {
  return async (_request, { signal }) => ({ findings: await here(deps, signal) });
}

/** Without Consul only this node is known; it is examined all the same. */
async function everybody({ node, members }: DoctorDeps): Promise<{ names: string[]; unknown: Finding[] }> {
  try {
    const present = (await members()).filter(({ state }) => state !== 'left').map(({ name }) => name);
    return { names: present, unknown: [] };
  } catch (thrown) {
    const found = `the other nodes are not known: ${asCoveyError(thrown).message}`;
    const hint = 'docker start covey-consul, docker logs --tail 20 covey-consul';
    return { names: [node], unknown: [{ node, check: 'members', state: 'error', found, hint }] };
  }
}

async function here(
  { node, examine }: Pick<DoctorDeps, 'node' | 'examine'>,
  signal: AbortSignal,
): Promise<Finding[]> {
  return (await examine(signal)).map((examined) => ({ node, ...examined }));
}

/** One that Consul calls failed is asked too: its peer may be well. */
async function examineNode(deps: DoctorDeps, node: string, signal: AbortSignal): Promise<Finding[]> {
  if (node === deps.node) return here(deps, signal);
  try {
    return await deps.nodes.examine(
      node,
      AbortSignal.any([signal, AbortSignal.timeout(deps.bounds.examine)]),
    );
  } catch (thrown) {
    const error = asCoveyError(thrown);
    if (signal.aborted) throw asCoveyError(signal.reason);
    if (error.code === 'not-found') {
      // That there is no such node, as whoever looked for its address says it.
      throw new CoveyError('not-found', error.message, { cause: thrown, hint: 'covey nodes lists them.' });
    }
    const found = `the peer does not answer: ${error.message}`;
    const hint = `on ${node}: docker start covey-peer, docker logs --tail 20 covey-peer`;
    return [{ node, check: 'peer', state: 'error', found, hint }];
  }
}
