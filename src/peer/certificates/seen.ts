import { CoveyError } from '../../errors.ts';
import type { CaddyStorage } from '../../proxy/certificates/storage.ts';

/** Errors: `failed` where the peer has not the volume that Caddy has. */
export async function assertSeen(storage: Pick<CaddyStorage, 'isThere'>): Promise<void> {
  if (await storage.isThere()) return;
  throw new CoveyError('failed', "The peer does not see the folder of Caddy's certificates.", {
    hint: 'docker compose up -d, with the docker-compose.yml of this version; or see caddyStorage in the settings.',
  });
}
