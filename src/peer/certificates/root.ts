import { setTimeout as pause } from 'node:timers/promises';
import { formatInternalRoot, type InternalRoot, parseInternalRoot } from '../../app/internal-root.ts';
import { INTERNAL_ROOT_KEY } from '../../app/keys.ts';
import type { Kv } from '../../consul/kv.ts';
import type { Member } from '../../consul/members.ts';
import type { Roots } from '../../doctor/internal-root.ts';
import { asCoveyError, CoveyError } from '../../errors.ts';
import type { Logger } from '../../logger.ts';
import type { CaddyStorage } from '../../proxy/certificates/storage.ts';
import type { Root } from '../../proxy/certificates/x509.ts';
import type { Givers } from './givers.ts';
import { assertSeen } from './seen.ts';

export interface RootDeps {
  node: string;
  kv: Pick<Kv, 'get' | 'cas'>;
  members: () => Promise<Member[]>;
  storage: Pick<CaddyStorage, 'isThere' | 'root' | 'isConsistent' | 'placeRoot' | 'dropOfOtherRoots'>;
  givers: Pick<Givers, 'root'>;
  /** The Caddyfile that is live here. */
  live: () => Promise<string>;
  /** Has Caddy load its configuration anew, and with it what it signs by. */
  reload: () => void;
  /** Has Caddy issue anew what ends in another root; whether nothing more is to be done now. */
  reissue: (root: Root, signal: AbortSignal) => Promise<boolean>;
  logger: Logger;
  times?: typeof TIMES;
}

/** Until the next look, in milliseconds: `again` where all is well, else `first`, and after each failure twice as long. */
const TIMES = { again: 60_000, first: 1_000 };

/**
 * Keeps the internal certificates of this node in step with the cluster's: their root is the one that Consul has the
 * certificate of, and its key comes from a peer. The first node to look makes its own root that of the cluster. Until a key is
 * had Caddy goes on with what it has. Ends by the signal.
 */
export async function followRoot(deps: RootDeps, signal: AbortSignal): Promise<void> {
  const { logger, times = TIMES } = deps;
  let told = '';
  let retry = times.first;
  while (!signal.aborted) {
    let wait = times.first;
    try {
      if (await look(deps, signal)) wait = times.again;
      retry = times.first;
      told = '';
    } catch (thrown) {
      const { message, hint } = asCoveyError(thrown);
      const advice = hint === undefined ? '' : ` ${hint}`;
      if (!signal.aborted && message !== told)
        logger.warn(
          `Internal certificates may end in another root than that of the cluster: ${message}${advice}`,
        );
      told = message;
      wait = retry;
      retry = Math.min(retry * 2, times.again);
    }
    await pause(wait, undefined, { signal }).catch(() => undefined); // an abort ends the loop
  }
}

/**
 * Whether this node has the cluster's root, and its sites show nothing else; without a root of its own it waits for Caddy, which makes
 * it with its first configuration.
 */
async function look(deps: RootDeps, signal: AbortSignal): Promise<boolean> {
  const { kv, storage, reload, reissue, logger } = deps;
  await assertSeen(storage);
  const own = await storage.root();
  const entry = await kv.get(INTERNAL_ROOT_KEY, { signal, consistent: true });
  if (entry === undefined) {
    if (own !== undefined) await claim(deps, own, signal);
    return false;
  }
  const agreed = parseInternalRoot(entry.value);
  const isOwn = own?.fingerprint === agreed.fingerprint;
  if (isOwn && (await storage.isConsistent())) return reissue(own, signal);
  const root = isOwn ? own : await fetchRoot(deps, agreed, signal);
  // Caddy would load it when an app comes here.
  await storage.dropOfOtherRoots(root, await deps.live());
  // The last that can fail: with the root in its place this would not be done again.
  await storage.placeRoot(root);
  reload();
  logger.info(
    { fingerprint: root.fingerprint },
    "What this node's Caddy issues ends in the cluster's root now",
  );
  return reissue(root, signal);
}

/** Which root this node has, and which it should have. */
export async function rootsOf(
  { kv, storage }: { kv: Pick<Kv, 'get'>; storage: Pick<CaddyStorage, 'isThere' | 'root'> },
  signal: AbortSignal,
): Promise<Roots> {
  const [isSeen, own] = [await storage.isThere(), await storage.root()];
  const entry = await kv.get(INTERNAL_ROOT_KEY, { signal });
  const agreed = entry && parseInternalRoot(entry.value).fingerprint;
  return { isSeen, own: own?.fingerprint, agreed };
}

/** Whoever writes it first has the cluster's root; the others see it the next time. */
async function claim({ node, kv, logger }: RootDeps, own: Root, signal: AbortSignal): Promise<void> {
  const { fingerprint, certificate } = own;
  const value = formatInternalRoot({ fingerprint, certificate, node, since: new Date().toISOString() });
  if ((await kv.cas(INTERNAL_ROOT_KEY, value, 0, signal)) === undefined) return;
  logger.info({ fingerprint }, "This node's internal root is that of the cluster now");
}

/** Asks who had it first, then all others that are alive. */
async function fetchRoot(
  { node, members, givers }: RootDeps,
  { fingerprint, node: first }: InternalRoot,
  signal: AbortSignal,
): Promise<Root> {
  const live = (await members()).filter(({ state }) => state === 'alive').map(({ name }) => name);
  const asked = live
    .filter((name) => name !== node)
    .toSorted((a, b) => Number(b === first) - Number(a === first));
  const problems: string[] = [];
  for (const name of asked) {
    try {
      return await givers.root(name, fingerprint, signal);
    } catch (thrown) {
      if (signal.aborted) throw thrown;
      problems.push(`${name}: ${asCoveyError(thrown).message}`);
    }
  }
  const why = problems.length === 0 ? 'no other node is alive' : problems.join('; ');
  throw new CoveyError('unavailable', `Nobody gives the cluster's internal root: ${why}.`, {
    hint: `Internal certificates of this node end in its own root until ${first}, or another node that has it, is back.`,
  });
}
