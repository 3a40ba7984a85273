import { CoveyError } from '../errors.ts';
import type { CertificatesRequest__Output } from '../generated/covey/v1/CertificatesRequest.ts';
import type { InternalRootReply } from '../generated/covey/v1/InternalRootReply.ts';
import type { InternalRootRequest__Output } from '../generated/covey/v1/InternalRootRequest.ts';
import type { SiteCertificate } from '../generated/covey/v1/SiteCertificate.ts';
import type { CaddyStorage } from '../proxy/certificates/storage.ts';
import type { Handler, StreamHandler } from '../rpc/handler.ts';

/** What a node gives of the certificates that its Caddy keeps. */
export interface CertificateDeps {
  storage: Pick<CaddyStorage, 'certificates' | 'root'>;
  /** False without TLS: then whoever asks may be anybody, and whoever listens reads along. */
  encrypted: boolean;
}

/** Gives the certificates of some hosts to another node, with their keys, one in a message. */
export function certificates({
  storage,
  encrypted,
}: CertificateDeps): StreamHandler<CertificatesRequest__Output, SiteCertificate> {
  return async function* ({ hosts }) {
    assertEncrypted(encrypted);
    yield* await storage.certificates(hosts);
  };
}

/** Gives the cluster's internal root to another node, with its key. */
export function internalRoot({
  storage,
  encrypted,
}: CertificateDeps): Handler<InternalRootRequest__Output, InternalRootReply> {
  return async ({ fingerprint }) => {
    assertEncrypted(encrypted);
    const root = await storage.root();
    if (root?.fingerprint === fingerprint) return { certificate: root.certificate, key: root.key };
    throw new CoveyError('not-found', `This node has no root with the fingerprint ${fingerprint}.`);
  };
}

function assertEncrypted(encrypted: boolean): void {
  if (encrypted) return;
  throw new CoveyError('refused', 'Keys of certificates cross between nodes by TLS only.', {
    hint: 'This cluster runs without: see docs/operations.md, Certificates.',
  });
}
