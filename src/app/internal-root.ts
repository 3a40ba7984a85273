import { z } from 'zod';
import { CoveyError } from '../errors.ts';
import { INTERNAL_ROOT_KEY } from './keys.ts';

/** The root that the internal certificates of all nodes end in, as the cluster has agreed on it. */
const internalRoot = z.object({
  /** SHA-256 of the certificate, in hexadecimal with colons. */
  fingerprint: z.string().regex(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/),
  /** PEM of the certificate: it is no secret. */
  certificate: z.string().min(1),
  /** The node that had it first. */
  node: z.string().min(1),
  /** When it became the cluster's, UTC. */
  since: z.string(),
});

export type InternalRoot = z.output<typeof internalRoot>;

/** @throws CoveyError `invalid` */
export function parseInternalRoot(value: string): InternalRoot {
  try {
    return internalRoot.parse(JSON.parse(value));
  } catch (cause) {
    throw new CoveyError(
      'invalid',
      `The key ${INTERNAL_ROOT_KEY} in Consul is not what covey writes there.`,
      {
        cause,
        hint: `consul kv delete ${INTERNAL_ROOT_KEY}: a node then writes it anew.`,
      },
    );
  }
}

export function formatInternalRoot(root: InternalRoot): string {
  return JSON.stringify(root, null, 2);
}
