import { parseInternalRoot } from '../app/internal-root.ts';
import { INTERNAL_ROOT_KEY } from '../app/keys.ts';
import { CoveyError } from '../errors.ts';
import type { RootCertificateReply } from '../generated/covey/v1/RootCertificateReply.ts';
import type { Handler } from '../rpc/handler.ts';
import type { Deps } from './deps.ts';

/** Tells which root the internal certificates of all nodes end in. It is no secret; its key is asked for by peers alone. */
export function rootCertificate({ kv }: Pick<Deps, 'kv'>): Handler<unknown, RootCertificateReply> {
  return async (_, { signal }) => {
    const entry = await kv.get(INTERNAL_ROOT_KEY, { signal });
    if (entry !== undefined) return parseInternalRoot(entry.value);
    throw new CoveyError(
      'not-found',
      "No node has said yet which root is that of the cluster's certificates.",
      {
        hint: 'A node does as soon as its peer and its Caddy run; see docker logs covey-peer. Without TLS between peers none does.',
      },
    );
  };
}
